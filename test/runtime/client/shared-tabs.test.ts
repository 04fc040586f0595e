import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { memoryCursor } from '../../../src/runtime/client/index.ts';
import { decodeBearerProtocol } from '../../../src/runtime/shared/subprotocol.ts';
import { signToken } from '../../support/tokens.ts';
import { startChatServer } from './chat-server.ts';
import { startLogServer } from './log-server.ts';
import { Origin } from './open-tabs.ts';
import { acksOf, cursor, frames, sinceOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post } = frames;

/** Each login gives another token. */
const token = (subject: string) => signToken(subject, { jwtid: randomUUID() });

describe('tabs of an origin', () => {
  it('share one connection, on which each gets everything once', async () => {
    const server = await startChatServer();
    const origin = new Origin();
    const first = origin.openTab(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(5));
    await first.client.opened;
    const second = origin.openTab(server.url);
    await second.client.opened;
    for (const seq of [6, 7, 8]) connection.send(post(seq));
    await expect
      .poll(() => [first.delivered, second.delivered], soon)
      .toEqual([
        ['6', '7', '8'],
        ['6', '7', '8'],
      ]);
    await expect.poll(() => acks.at(-1), soon).toBe(8);
    expect(await origin.common.load()).toBe(cursor(8));
    expect(sinceOf(server.handshakes)).toEqual(['now']);
    expect([first.errors, second.errors]).toEqual([[], []]);
  });

  it('continue on the connection of another tab when the first is closed', async () => {
    const server = await startChatServer();
    const origin = new Origin();
    const first = origin.openTab(server.url);
    const connection = await server.nextConnection();
    connection.send(ready(5));
    await first.client.opened;
    const others = [origin.openTab(server.url), origin.openTab(server.url)];
    for (const { client } of others) await client.opened;
    connection.send(post(6));
    await expect.poll(() => others.map(({ delivered }) => delivered), soon).toEqual([['6'], ['6']]);
    const closed = once(connection, 'close');
    first.client.close();
    expect((await closed)[0]).toBe(1000);
    const next = await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 6]);
    next.send(ready(6));
    next.send(post(7));
    await expect
      .poll(() => others.map(({ delivered }) => delivered), soon)
      .toEqual([
        ['6', '7'],
        ['6', '7'],
      ]);
    expect(server.handshakes).toHaveLength(2);
    expect(others.map(({ errors }) => errors)).toEqual([[], []]);
  });

  it('save and acknowledge only what all of them have processed, and a late tab starts there', async () => {
    const server = await startChatServer();
    const origin = new Origin();
    const gate = Promise.withResolvers<void>();
    const handled: string[] = [];
    const slow = origin.openTab(server.url, {
      on: {
        async post({ payload }) {
          if (payload.postText === '7') await gate.promise;
          handled.push(payload.postText);
        },
      },
    });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(5));
    await slow.client.opened;
    const fast = origin.openTab(server.url);
    await fast.client.opened;
    for (const seq of [6, 7, 8]) connection.send(post(seq));
    await expect.poll(() => fast.delivered, soon).toEqual(['6', '7', '8']);
    await expect.poll(() => acks.at(-1), soon).toBe(6);
    expect(await origin.common.load()).toBe(cursor(6));
    const late = origin.openTab(server.url);
    await expect.poll(() => late.delivered, soon).toEqual(['7', '8']);
    gate.resolve();
    await expect.poll(() => acks.at(-1), soon).toBe(8);
    expect(handled).toEqual(['6', '7', '8']);
    expect(await origin.common.load()).toBe(cursor(8));
    expect(server.handshakes).toHaveLength(1);
  });

  it('that are reloaded continue where they were, although others have processed more', async () => {
    const server = await startChatServer();
    const origin = new Origin();
    const own = memoryCursor();
    const reloaded = origin.openTab(server.url, {
      cursor: origin.store(own),
      on: { post: () => new Promise(() => {}) },
    });
    const connection = await server.nextConnection();
    connection.send(ready(5));
    await reloaded.client.opened;
    const other = origin.openTab(server.url);
    await other.client.opened;
    connection.send(post(6));
    await expect.poll(() => other.delivered, soon).toEqual(['6']);
    reloaded.client.close();
    const next = await server.nextConnection();
    next.send(ready(6));
    await expect.poll(() => origin.common.load(), soon).toBe(cursor(6));
    const again = origin.openTab(server.url, { cursor: origin.store(own) });
    await expect.poll(() => again.delivered, soon).toEqual(['6']);
    expect(server.handshakes).toHaveLength(2);
  });

  it('stop no other one when they are slow, and come back when they have caught up', async () => {
    const server = await startLogServer();
    const origin = new Origin();
    const gate = Promise.withResolvers<void>();
    const handled: string[] = [];
    const first = origin.openTab(server.url);
    await first.client.opened;
    const slow = origin.openTab(server.url, {
      on: {
        async post({ payload }) {
          await gate.promise;
          handled.push(payload.postText);
        },
      },
    });
    await slow.client.opened;
    const texts = Array.from({ length: 100 }, (_, index) => String(index));
    server.post(...texts);
    await expect.poll(() => first.delivered, soon).toEqual(texts);
    expect([server.connections.length, handled]).toEqual([2, []]);
    // Everything up to the start was processed by both.
    expect(await origin.common.load()).toBe(cursor(0));
    gate.resolve();
    await expect.poll(() => handled, soon).toEqual(texts);
    await expect.poll(() => origin.common.load(), soon).toBe(cursor(100));
    await expect.poll(() => server.connections.length, soon).toBe(1);
    server.post('last');
    await expect.poll(() => [first.delivered.at(-1), handled.at(-1)], soon).toEqual(['last', 'last']);
    expect([first.delivered.length, handled.length]).toEqual([101, 101]);
    expect(server.handshakes).toHaveLength(2);
  });

  it('replay on a connection of their own what the shared one has not had', async () => {
    const server = await startLogServer();
    server.post('1', '2', '3');
    const origin = new Origin();
    const first = origin.openTab(server.url);
    await first.client.opened;
    const late = origin.openTab(server.url, {
      cursor: origin.store({ ...memoryCursor(), load: () => cursor(1) }),
    });
    await expect.poll(() => late.delivered, soon).toEqual(['2', '3']);
    server.post('4');
    await expect.poll(() => [first.delivered, late.delivered], soon).toEqual([['4'], ['2', '3', '4']]);
    await expect.poll(() => server.connections.length, soon).toBe(1);
    server.post('5');
    await expect
      .poll(() => [first.delivered, late.delivered], soon)
      .toEqual([
        ['4', '5'],
        ['2', '3', '4', '5'],
      ]);
    expect(server.handshakes).toHaveLength(2);
  });

  it('share with other tokens of the same user, and not with other users', async () => {
    const server = await startLogServer();
    const origin = new Origin();
    for (const auth of [token('ada'), token('ada'), token('bob'), 'key', 'other']) {
      const { client } = origin.openTab(server.url, { auth });
      await client.opened;
    }
    expect(server.handshakes).toHaveLength(4);
  });

  it('have a connection each with `shareTabs: false`, and with `reconnect: false`', async () => {
    const server = await startLogServer();
    const origin = new Origin();
    for (const options of [{ shareTabs: false }, { reconnect: false }, {}, {}] as const) {
      await origin.openTab(server.url, options).client.opened;
    }
    expect(server.handshakes).toHaveLength(3);
  });

  it('connect with a token of their own when that of the one with the connection is refused', async () => {
    const good = signToken('ada');
    const server = await startLogServer({
      refuse: ({ headers }) =>
        decodeBearerProtocol(headers['sec-websocket-protocol']) === good ? undefined : { status: 401 },
    });
    const origin = new Origin();
    const revoked = origin.openTab(server.url, { auth: signToken('ada', { jwtid: randomUUID() }) });
    const { client, errors } = origin.openTab(server.url, { auth: good });
    await client.opened;
    expect(errors).toEqual([]);
    revoked.client.close();
  });

  it('end one by one when the server closes the connection for all', async () => {
    const server = await startLogServer();
    const origin = new Origin();
    const tabs = [origin.openTab(server.url), origin.openTab(server.url)];
    for (const { client } of tabs) await client.opened;
    // A tab may have taken over before it learns how the connection ended.
    const end = () => {
      for (const connection of server.connections) connection.close(4403, 'no more');
      return tabs.map(({ client }) => client.status.value.state);
    };
    await expect.poll(end, soon).toEqual(['closed', 'closed']);
    for (const { client } of tabs) await expect(client.closed).rejects.toMatchObject({ closeCode: 4403 });
  });
});
