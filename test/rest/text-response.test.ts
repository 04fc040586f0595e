import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from '../../src/rest/server.ts';
import { startRest } from './rest-server.ts';

const page = 'https://app.example';
const note = { text: 'Zoë' };

const start = () => startRest({ handlers: { getFirstNote: async () => note } });

describe('a response with a text', () => {
  it.each([[{}], [{ Origin: page }]])('has its length in bytes, for a request with %j', async (headers) => {
    const { url } = await start();
    const response = await fetch(`${url}/note/get/first`, { headers });
    const text = await response.text();
    expect(JSON.parse(text)).toEqual(note);
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(response.headers.get('transfer-encoding')).toBeNull();
  });

  it('is sent as whoever looked into it has left it', async () => {
    const { app } = await start();
    const server = createServer({
      log: { debug() {}, info() {}, warn() {}, error() {} },
      app: {
        async fetch(request) {
          const response = await app.fetch(request);
          response.headers.set('X-Seen', 'yes');
          return response;
        },
      },
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/note/get/first`, {
      headers: { Connection: 'close' },
    });
    expect(response.headers.get('x-seen')).toBe('yes');
    expect(await response.json()).toEqual(note);
  });

  it('is a Response like any other to who asks the app for it', async () => {
    const { app } = await start();
    const get = async () => await app.fetch(new Request('http://a/note/get/first'));
    const bytes = new TextEncoder().encode(JSON.stringify(note));

    expect((await get()).headers.get('content-type')).toBe('application/json');
    expect(await (await get()).json()).toEqual(note);
    expect(await (await get()).clone().text()).toBe(JSON.stringify(note));
    expect(await (await get()).bytes()).toEqual(bytes);
    expect(new Uint8Array(await (await get()).arrayBuffer())).toEqual(bytes);
    expect((await (await get()).blob()).size).toBe(bytes.length);
    await expect((await get()).formData()).rejects.toThrow(TypeError);
    expect(await new Response((await get()).body).json()).toEqual(note);
    const read = await get();
    expect([read.bodyUsed, await read.text(), read.bodyUsed]).toEqual([false, JSON.stringify(note), true]);
  });
});
