import { describe, expect, it } from 'vitest';
import type { MessageDescriptor, MessageTag } from '../../../src/runtime/shared/descriptor.ts';
import {
  createBytes,
  createChannel,
  createMessage,
  createOperation,
  createText,
  type LooseConnection,
  objectOf,
  startChannel,
} from '../../support/channel.ts';
import { connectClient } from '../../support/websocket.ts';

/** Starts a channel that sends back what it receives, and connects a client. */
async function startEcho(messages: readonly MessageDescriptor[]) {
  const handled: (readonly [string, unknown])[] = [];
  const names = messages.map(({ name }) => name);
  const channel = createChannel({
    send: messages,
    receive: messages,
    operations: [
      createOperation('send', 'say', { messages: names }),
      createOperation('receive', 'hear', { messages: names }),
    ],
  });
  const handlers = names.map((name) => [
    name,
    (message: unknown, { connection }: { readonly connection: LooseConnection }) => {
      handled.push([name, message]);
      connection.send[name]?.(message);
    },
  ]);
  const hear = Object.fromEntries(handlers);
  const [only] = names.length === 1 ? Object.values(hear) : [hear];
  const started = await startChannel(channel, { hear: only }, { maxMessageBytes: 100_000 });
  const client = await connectClient(`${started.url}/desk`);
  const frames: (readonly [data: Buffer, isBinary: boolean])[] = [];
  client.webSocket.on('message', (data: Buffer, isBinary) => frames.push([data, isBinary]));
  return { ...started, client, frames, handled };
}

describe('a binary message', () => {
  it.each([0, 125, 126, 65_535, 65_536])(
    'is sent and received in a binary frame: %d bytes',
    async (length) => {
      const { client, frames } = await startEcho([createBytes('photo')]);
      const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 256));
      client.webSocket.send(bytes);
      await client.take(1);
      expect(frames[0]?.[1]).toBe(true);
      expect(frames[0]?.[0].equals(bytes)).toBe(true);
    },
  );

  it('is not sent unless it is a Uint8Array', async () => {
    const { client, publish, observed, logged } = await startEcho([createBytes('photo')]);
    expect(() => publish('photo', 'text')).toThrow('was not sent: the value must be a Uint8Array');
    expect(publish('photo', new Uint8Array([1, 2]))).toBe(1);
    expect(await client.take(1)).toEqual(['\u0001\u0002']);
    expect(observed).toContainEqual(['messageInvalid', 'desk', 'photo', 'send']);
    expect(logged).toContainEqual([
      'error',
      { channel: 'desk', operation: 'say', message: 'photo', problem: 'the value must be a Uint8Array' },
      'a message breaks the contract and was not sent',
    ]);
  });

  it('excludes text on its channel, which is closed with 1003', async () => {
    const { client, observed } = await startEcho([createBytes('photo')]);
    client.webSocket.send('text');
    expect(await client.closed).toEqual({ code: 1003, reason: 'this channel does not accept text messages' });
    expect(observed).toContainEqual(['messageInvalid', 'desk', 'unknown', 'receive']);
  });

  it('coexists with JSON messages', async () => {
    const { client, handled } = await startEcho([
      createBytes('photo'),
      createMessage('title', { type: 'string' }),
    ]);
    client.webSocket.send(Buffer.from([7]));
    client.webSocket.send('"The sea"');
    await client.take(2);
    expect(handled).toEqual([
      ['photo', Buffer.from([7])],
      ['title', 'The sea'],
    ]);
  });
});

describe('a text message', () => {
  const note = createText('note', { type: 'string', maxLength: 5 });

  it.each(['', 'plain', 'été', '"a"', '{}', 'a\0b'])('is sent and received unchanged: %s', async (text) => {
    const { client, frames, handled } = await startEcho([note]);
    client.webSocket.send(text);
    expect(await client.take(1)).toEqual([text]);
    expect(frames[0]?.[1]).toBe(false);
    expect(handled).toEqual([['note', text]]);
  });

  it.each([['too long', 'the message must NOT have more than 5 characters']])(
    'closes the connection with 4400 if it breaks the contract: %j',
    async (text, reason) => {
      const { client, handled } = await startEcho([note]);
      client.webSocket.send(text);
      expect(await client.closed).toEqual({ code: 4400, reason });
      expect(handled).toEqual([]);
    },
  );

  it('excludes binary messages on its channel, which is closed with 1003', async () => {
    const { client } = await startEcho([note]);
    client.webSocket.send(Buffer.from('bytes'));
    expect(await client.closed).toEqual({
      code: 1003,
      reason: 'this channel does not accept binary messages',
    });
  });

  it.each([7, null, 'too long', '\ud800'])('is not sent if it breaks the contract: %j', async (value) => {
    const { publish, observed } = await startEcho([note]);
    expect(() => publish('note', value)).toThrow('Message note of channel desk breaks the contract');
    expect(observed).toContainEqual(['messageInvalid', 'desk', 'note', 'send']);
  });
});

function createTagged(name: string, tag: MessageTag): MessageDescriptor {
  return createMessage(name, { type: 'object' }, { tag });
}

/** Creates three messages that are identified by the value at the path. */
function taggedAt(path: MessageTag['path']): readonly MessageDescriptor[] {
  return [
    createTagged('number', { path, values: [1, 2] }),
    createTagged('text', { path, values: ['1', ''] }),
    createTagged('nothing', { path, values: [null, false] }),
  ];
}

describe('JSON messages', () => {
  const disjoint = [
    createMessage('point', objectOf({ x: { type: 'number' }, y: { type: 'number' } })),
    createMessage('list', { type: 'array' }),
    createMessage('word', { type: 'string', maxLength: 5 }),
  ];
  it.each([
    ['a property', taggedAt(['kind']), { kind: 2 }, 'number'],
    ['a property', taggedAt(['kind']), { kind: '1' }, 'text'],
    ['a property', taggedAt(['kind']), { kind: '' }, 'text'],
    ['a property', taggedAt(['kind']), { kind: null }, 'nothing'],
    ['a header', taggedAt(['headers', 'kind']), { headers: { kind: 1 }, payload: 0 }, 'number'],
    ['a header', taggedAt(['headers', 'kind']), { headers: { kind: false }, kind: 1 }, 'nothing'],
    ['structure', disjoint, { x: 1, y: 2 }, 'point'],
    ['structure', disjoint, [1], 'list'],
    ['structure', disjoint, 'word', 'word'],
  ])('are identified by %s: %#', async (_how, messages, value, name) => {
    const { client, handled } = await startEcho(messages);
    client.webSocket.send(JSON.stringify(value));
    expect(await client.take(1)).toEqual([JSON.stringify(value)]);
    expect(handled).toEqual([[name, value]]);
  });

  it.each([
    [taggedAt(['kind']), { kind: 3 }, '/kind must name a message of this channel'],
    [taggedAt(['kind']), { other: 1 }, '/kind must name a message of this channel'],
    [taggedAt(['constructor']), {}, '/constructor must name a message of this channel'],
    [taggedAt(['headers', 'kind']), { headers: null }, '/headers/kind must name a message of this channel'],
    [disjoint, { x: 1 }, 'the message matches no message of this channel'],
    [disjoint.slice(2), 'too long', 'the message must NOT have more than 5 characters'],
  ])(
    'close the connection with 4400 if they match no message of the contract: %#',
    async (messages, value, reason) => {
      const { client, handled, observed } = await startEcho(messages);
      client.webSocket.send(JSON.stringify(value));
      expect(await client.closed).toEqual({ code: 4400, reason });
      expect(handled).toEqual([]);
      expect(observed).toContainEqual(['messageInvalid', 'desk', expect.any(String), 'receive']);
    },
  );

  it('are not sent without the property that distinguishes them, even if their schema makes it optional', async () => {
    const { client, publish, observed, logged } = await startEcho(taggedAt(['headers', 'kind']));
    for (const headers of [{}, { kind: '1' }]) {
      expect(() => publish('number', { headers })).toThrow('/headers/kind is required');
    }
    expect(publish('number', { headers: { kind: 1 } })).toBe(1);
    expect(await client.take(1)).toEqual(['{"headers":{"kind":1}}']);
    expect(observed.filter(([name]) => name === 'messageInvalid')).toHaveLength(2);
    expect(logged).toContainEqual([
      'error',
      {
        channel: 'desk',
        operation: 'say',
        message: 'number',
        problem: '/headers/kind is required: it distinguishes the message from the others',
      },
      'a message breaks the contract and was not sent',
    ]);
  });
});
