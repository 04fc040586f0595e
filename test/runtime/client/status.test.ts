import { describe, expect, it } from 'vitest';
import { startChatServer } from './chat-server.ts';
import { openChat, rejection } from './open-chat.ts';
import { soon } from './soon.ts';

describe('the status of a client', () => {
  it('is connecting at first, and calls listeners only with later ones', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    const states: string[] = [];
    const { subscribe } = client.status;
    const stop = subscribe(({ state }) => void states.push(state));
    expect(client.status.value).toEqual({ state: 'connecting' });
    expect(states).toEqual([]);
    await client.opened;
    expect(states).toEqual(['open']);
    expect(client.status.value).toBe(client.status.value);
    stop();
    stop();
    client.close();
    await client.closed;
    expect(states).toEqual(['open']);
    expect(client.status.value).toEqual({ state: 'closed', code: 1000, reason: '', error: null });
  });

  it('is the new one when a listener is called', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    const same: boolean[] = [];
    client.status.subscribe((status) => void same.push(status === client.status.value));
    await client.opened;
    client.close();
    await client.closed;
    expect(same).toEqual([true, true]);
  });
});

describe('a status listener', () => {
  it('that another one adds or removes is called from the next status on, or never again', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    const calls: string[] = [];
    const { subscribe } = client.status;
    const stop = subscribe(({ state }) => {
      stop();
      remove();
      subscribe((later) => void calls.push(`added ${later.state}`));
      calls.push(`first ${state}`);
    });
    const remove = subscribe(() => void calls.push('removed'));
    await client.opened;
    client.close();
    await client.closed;
    expect(calls).toEqual(['first open', 'added closed']);
  });
});

describe('opened', () => {
  it('resolves while the client is open, and can be used to send', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    await client.opened;
    await client.opened;
    const received = new Promise((resolve) =>
      server
        .nextConnection()
        .then((connection) => connection.on('message', (data: Buffer) => resolve(data.toString()))),
    );
    client.say({ text: 'hello' });
    expect(await received).toBe('{"type":"say","text":"hello"}');
  });

  it('stays pending while the client reconnects', async () => {
    let isDown = false;
    const server = await startChatServer({ refuse: () => (isDown ? { status: 503 } : undefined) });
    const { client, reaches } = openChat(server.url);
    await client.opened;
    isDown = true;
    (await server.nextConnection()).terminate();
    await reaches('waiting', 3);
    let isOpen = false;
    const opened = client.opened.then(() => {
      isOpen = true;
    });
    await reaches('waiting', 6);
    expect(isOpen).toBe(false);
    isDown = false;
    await opened;
    expect(client.status.value).toEqual({ state: 'open' });
  });

  it('rejects with the error that ends the client, also after the end', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 404 }) });
    const { client } = openChat(server.url);
    const error = await rejection(client.opened);
    expect(error).toMatchObject({ code: 'refused', status: 404 });
    expect(await rejection(client.opened)).toBe(error);
  });

  it('rejects when the client is closed', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    const early = rejection(client.opened);
    client.close();
    expect(await early).toMatchObject({ code: 'closed', message: 'The client was closed.' });
    expect(await rejection(client.opened)).toMatchObject({ code: 'closed' });
  });

  it('rejects after an open client was closed', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    await client.opened;
    client.close();
    await client.closed;
    expect(await rejection(client.opened)).toMatchObject({ code: 'closed' });
  });

  it('causes no unhandled rejection if it is ignored', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 404 }) });
    const { client, errors } = openChat(server.url);
    void client.opened;
    await expect.poll(() => errors.length, soon).toBe(1);
    // Unhandled rejections are reported, by vitest too, after a turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
