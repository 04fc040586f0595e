import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openWire } from './wire.ts';

const forEver = 3_600_000;

/** A server that says what it is told, and a wire to it; both end with the test. */
async function openEchoWire() {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const links: string[] = [];
  const wire = await openWire(() => {
    links.push('begun');
    return {
      port: (server.address() as AddressInfo).port,
      ended: () => void links.push('ended'),
    };
  });
  onTestFinished(async () => {
    await wire.close();
    server.close();
  });
  return { wire, links };
}

interface Line {
  readonly socket: Socket;
  /** What it was told so far. */
  readonly heard: () => string;
  /** Resolves when it has ended, however. */
  readonly closed: Promise<void>;
}

function dial(port: number): Line {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
  });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<void>((resolve) => void socket.on('close', () => resolve()));
  return { socket, heard: () => heard, closed };
}

async function talk(line: Line, text: string): Promise<void> {
  line.socket.write(text);
  await expect.poll(line.heard).toBe(text);
}

describe('a wire', () => {
  it('carries what is said, both ways, and knows of its links', async () => {
    const { wire, links } = await openEchoWire();
    const line = dial(wire.port);
    await talk(line, 'hello');
    expect(links).toEqual(['begun']);
    wire.drop(0);
    await line.closed;
    await expect.poll(() => links).toEqual(['begun', 'ended']);
  });

  it('is down while it is dropped, and as before once it is healed', async () => {
    const { wire, links } = await openEchoWire();
    wire.drop(forEver);
    await dial(wire.port).closed;
    expect(links).toEqual([]);
    wire.heal();
    await talk(dial(wire.port), 'hello');
  });

  it('holds back what the server says while it is frozen, and loses none of it', async () => {
    const { wire, links } = await openEchoWire();
    const early = dial(wire.port);
    await talk(early, 'one');
    wire.freeze(forEver);
    const late = dial(wire.port);
    await expect.poll(() => links.length).toBe(2);
    for (const { socket } of [early, late]) socket.write('two');
    // By the time another wire has carried the same there and back, this one would have.
    const free = await openEchoWire();
    await talk(dial(free.wire.port), 'two');
    expect([early.heard(), late.heard()]).toEqual(['one', '']);
    wire.heal();
    await expect.poll(() => [early.heard(), late.heard()]).toEqual(['onetwo', 'two']);
  });
});
