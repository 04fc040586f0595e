import { describe, expect, it } from 'vitest';
import { createMessage, createText, objectOf } from '../../../support/channel.ts';
import { createHall, lobby, said, startNode } from './hall-node.ts';
import { MemoryTopic } from './memory-topic.ts';

/** Starts nodes that share a topic, and each of which has a connection. */
async function startNodes() {
  const topic = new MemoryTopic();
  const buses = [topic.connect(), topic.connect(), topic.connect()] as const;
  const [one, two, three] = [await startNode(buses[0]), await startNode(buses[1]), await startNode(buses[2])];
  const clients = [await one.join('ann'), await two.join('bob'), await three.join('eve', 'blue')] as const;
  return { topic, buses, one, two, three, clients };
}

describe('a message to a room', () => {
  it('reaches its connections on all nodes once, in order', async () => {
    const { one, two, clients } = await startNodes();
    const [ann, bob, eve] = clients;
    for (const text of ['a', 'b\u2028\n', 'c']) expect(one.room().said?.({ text })).toBe(1);
    two.room('blue').said?.({ text: 'to eve' });
    const texts = ['a', 'b\u2028\n', 'c'].map((text) => JSON.stringify({ type: 'said', text }));
    expect(await bob.take(3)).toEqual(texts);
    expect(await eve.take(1)).toEqual(['{"type":"said","text":"to eve"}']);
    expect([ann.received, bob.received]).toEqual([texts, texts]);
  });

  it('may be text or bytes', async () => {
    const { one, clients } = await startNodes();
    const bytes = Buffer.from([0, 10, 255, 10, 128]);
    const frames: (string | Buffer)[] = [];
    clients[1].webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      frames.push(isBinary ? data : data.toString());
    });
    one.room().note?.('two\nlines');
    one.room().photo?.(bytes);
    await expect.poll(() => frames).toEqual(['two\nlines', bytes]);
  });

  it('is sent to the connections of this node while the bus is down', async () => {
    const { one, buses, clients } = await startNodes();
    buses[0].change('down');
    expect(one.room().said?.({ text: 'here' })).toBe(1);
    expect(await clients[0].take(1)).toHaveLength(1);
  });

  it('is not published if it breaks the contract', async () => {
    const { one, buses } = await startNodes();
    expect(() => one.room().said?.({ text: 7 })).toThrow('/text must be string');
    expect(buses[0].published).toEqual([]);
  });
});

describe('a bus that can never be used', () => {
  it('is logged, and the node serves its own connections', async () => {
    const bus = new MemoryTopic().connect();
    bus.start = () => Promise.reject(new Error('the package x is not installed'));
    const node = await startNode(bus);
    const ann = await node.join('ann');
    node.room().said?.({ text: 'here' });
    expect(await ann.take(1)).toHaveLength(1);
    expect(node.logged.filter(([level]) => level === 'error')).toEqual([
      ['error', { err: new Error('the package x is not installed') }, 'the other nodes cannot be reached'],
    ]);
  });
});

describe('a message of a node with another contract', () => {
  const longer = createMessage('said', objectOf({ type: { const: 'said' }, text: { type: 'string' } }), {
    constants: { type: 'said' },
  });

  it('is dropped, counted and logged if this node does not know it, or if it breaks the contract', async () => {
    const topic = new MemoryTopic();
    const newer = await startNode(topic.connect(), [createHall([longer, createText('whisper')]), lobby]);
    const older = await startNode(topic.connect(), [createHall([said])]);
    const ann = await older.join('ann');
    newer.app.room('lobby', {}).greeting?.('hello');
    newer.room().whisper?.('psst');
    newer.room().said?.({ text: 'x'.repeat(20_001) });
    newer.room().said?.({ text: 'fine' });
    expect(await ann.take(1)).toEqual(['{"type":"said","text":"fine"}']);
    expect(older.dropped()).toEqual(['unknown_channel', 'unknown_message', 'invalid']);
    const warning = older.logged.find(
      ([level, fields]) => level === 'warn' && JSON.stringify(fields).includes('invalid'),
    );
    expect(warning?.[1]).toMatchObject({
      reason: 'invalid',
      problem: 'message said of channel hall: /text must NOT have more than 20000 characters',
    });
    expect(JSON.stringify(older.logged)).not.toContain('xxx');
  });
});

describe('a message that is not from a node', () => {
  const room = {
    version: 1,
    application: 'Desk',
    kind: 'room',
    channel: 'hall',
    room: '/halls/red',
    message: 'said',
  };
  const kick = { version: 1, application: 'Desk', kind: 'kick', reason: 'fraud' };
  const members = {
    version: 1,
    application: 'Desk',
    kind: 'members',
    query: 'q',
    part: 0,
    parts: 1,
    count: 1,
    users: [],
  };
  const payload = '{"type":"said","text":"a"}';

  it.each([
    ['without a header', 'hello', 'foreign'],
    ['without JSON', `{"version":\n${payload}`, 'foreign'],
    ['with another header', `[1]\n${payload}`, 'foreign'],
    ['without a version', { ...room, version: undefined }, 'foreign'],
    ['of a newer version', { ...room, version: 2 }, 'newer_version'],
    ['of an unknown kind', { ...room, kind: 'toString' }, 'newer_version'],
    ['of another application', { ...room, application: 'Auctions' }, 'other_application'],
    ['to no room', { ...room, room: undefined }, 'foreign'],
    ['to an unknown channel', { ...room, channel: 'toString' }, 'unknown_channel'],
    ['with an unknown name', { ...room, message: 'constructor' }, 'unknown_message'],
    ['with a payload that is not JSON', `${JSON.stringify(room)}\n{`, 'invalid'],
    [
      'with a payload that is not UTF-8',
      Buffer.concat([Buffer.from(`${JSON.stringify(room)}\n`), Buffer.of(0x22, 0xff, 0x22)]),
      'invalid',
    ],
    ['with a payload that breaks the contract', `${JSON.stringify(room)}\n{"type":"said"}`, 'invalid'],
    [
      'with a payload that is nested too deeply',
      `${JSON.stringify({ ...room, message: 'thing' })}\n${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      'invalid',
    ],
    ['that kicks everybody', { ...kick, filter: {} }, 'foreign'],
    ['that kicks everybody by mistake', { ...kick, filter: { user: null } }, 'foreign'],
    ['that kicks by an unknown property', { ...kick, filter: { channel: 'hall', ip: '::1' } }, 'foreign'],
    ['that answers with a negative count', { ...members, count: -1 }, 'foreign'],
    ['that answers with a part too many', { ...members, part: 1 }, 'foreign'],
    ['that answers with users that are not text', { ...members, users: [7] }, 'foreign'],
  ])('is dropped and counted: %s', async (_title, message, reason) => {
    const bus = new MemoryTopic().connect();
    const node = await startNode(bus);
    const ann = await node.join('ann');
    const isHeader = typeof message === 'object' && !Buffer.isBuffer(message);
    bus.receive(Buffer.from(isHeader ? `${JSON.stringify(message)}\n${payload}` : message));
    expect(node.dropped()).toEqual([reason]);
    expect(node.warnings()).toHaveLength(1);
    bus.receive(Buffer.from(`${JSON.stringify(room)}\n${payload}`));
    expect(await ann.take(1)).toEqual([payload]);
  });

  it('is logged at most a few times', async () => {
    const bus = new MemoryTopic().connect();
    const node = await startNode(bus);
    for (let count = 0; count < 1000; count += 1) bus.receive(Buffer.from('hello'));
    expect(node.dropped()).toHaveLength(1000);
    expect(node.warnings().length).toBeLessThan(10);
  });
});

describe('kick', () => {
  it.each([
    ['a user', { user: 'bob' }],
    ['the object of a user', { user: { id: 'bob' } }],
    ['a user and a channel', { user: 'bob', channel: 'hall' }],
  ])('closes the connections of %s on all nodes with 4403 and the reason', async (_title, filter) => {
    const { one, clients } = await startNodes();
    const [ann, bob, eve] = clients;
    expect(one.app.kick(filter, 'fraud')).toBe(0);
    expect(await bob.closed).toEqual({ code: 4403, reason: 'fraud' });
    for (const { webSocket } of [ann, eve]) expect(webSocket.readyState).toBe(webSocket.OPEN);
  });

  it('closes a connection by its id, which may be on another node', async () => {
    const { one, two, clients } = await startNodes();
    const [connection] = two.app.connections({ user: 'bob' });
    one.app.kick({ connection: connection?.id ?? '' }, 'fraud');
    expect((await clients[1].closed).code).toBe(4403);
  });
});
