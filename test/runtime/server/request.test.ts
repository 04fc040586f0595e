import { describe, expect, it } from 'vitest';
import type { Connection, Request } from '../../../src/runtime/server/handlers.ts';
import type { ChannelDescriptor, MessageDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import {
  createChannel,
  createMessage,
  createOperation,
  createTaken,
  startChannel,
} from '../../support/channel.ts';
import { connectClient } from '../../support/websocket.ts';

const text = { type: 'string' };

/** Messages that are told apart by their only property beside the id. */
function createAsked(name: string, id?: object): MessageDescriptor {
  const properties = { [name]: text, ...(id && { id }) };
  const schema = { type: 'object', properties, required: [name], additionalProperties: false };
  return createMessage(name, schema, { correlationId: id && ['id'] });
}

type Ask = Request<object, unknown, string>;

async function startDesk({
  id,
  replies = ['answer'],
  receive = [],
  members = {},
}: {
  readonly id?: object;
  readonly replies?: readonly string[];
  readonly receive?: ChannelDescriptor['operations'];
  readonly members?: Readonly<Record<string, unknown>>;
} = {}) {
  const request = createTaken<Ask>();
  const received = new Set([...replies, ...receive.flatMap(({ messages }) => messages)]);
  const channel = createChannel({
    send: [createAsked('question', id)],
    receive: [...received].map((name) => createAsked(name, id)),
    operations: [createOperation('send', 'ask', { messages: ['question'], reply: replies }), ...receive],
  });
  const started = await startChannel(channel, { ask: { question: request.take }, ...members });
  const client = await connectClient(`${started.url}/desk`);
  const [connection] = started.connections;
  if (connection === undefined) throw new Error('nobody is connected');
  const ask = (question: string, rest: object = {}, timeoutMs = 5000) =>
    request.given({ question, ...rest }, connection, { timeoutMs });
  const tell = (value: object) => client.webSocket.send(JSON.stringify(value));
  return { ...started, client, connection, request, ask, tell };
}

/** What a promise will be rejected with, watched from now on. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  return outcome.status === 'rejected' ? outcome.reason.code : null;
}

describe('a request to a client', () => {
  it('is answered by the message with its correlation id, whatever the order', async () => {
    const { client, ask, tell, observed } = await startDesk({ id: text });
    const [first, second] = [ask('one'), ask('two', { id: 'mine' })];
    const [one = '', two] = await client.take(2);
    const { question, id } = JSON.parse(one);
    expect(question).toBe('one');
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(two).toBe('{"question":"two","id":"mine"}');
    tell({ answer: 'to two', id: 'mine' });
    tell({ answer: 'to one', id });
    expect(await first).toEqual({ answer: 'to one', id });
    expect(await second).toEqual({ answer: 'to two', id: 'mine' });
    expect(observed).toContainEqual(['messageSent', 'desk', 'question', 2]);
    expect(observed).toContainEqual(['messageReceived', 'desk', 'answer']);
  });

  it('has a number for its correlation id where the contract wants one', async () => {
    const { client, ask, tell } = await startDesk({ id: { type: 'integer' } });
    const answers = [ask('one'), ask('two')];
    const ids = (await client.take(2)).map((sent) => JSON.parse(sent).id);
    expect(ids).toEqual([1, 2]);
    for (const id of ids.toReversed()) tell({ answer: `to ${id}`, id });
    expect(await Promise.all(answers)).toEqual([
      { answer: 'to 1', id: 1 },
      { answer: 'to 2', id: 2 },
    ]);
  });

  it('is answered in order where there are no correlation ids', async () => {
    const { ask, tell } = await startDesk();
    const answers = [ask('one'), ask('two')];
    tell({ answer: 'first' });
    tell({ answer: 'second' });
    expect(await Promise.all(answers)).toEqual([{ answer: 'first' }, { answer: 'second' }]);
  });

  it('says which of several messages has answered', async () => {
    const { ask, tell } = await startDesk({ id: text, replies: ['answer', 'refusal'] });
    const answers = [ask('one', { id: '1' }), ask('two', { id: '2' })];
    tell({ refusal: 'no', id: '2' });
    tell({ answer: 'yes', id: '1' });
    expect(await Promise.all(answers)).toEqual([
      { message: 'answer', payload: { answer: 'yes', id: '1' } },
      { message: 'refusal', payload: { refusal: 'no', id: '2' } },
    ]);
  });

  it.each([undefined, text])(
    'is given up after its time, and a late answer belongs to nobody else: %j',
    async (id) => {
      const { client, ask, tell } = await startDesk(id && { id });
      const own = (name: string) => (id === undefined ? {} : { id: name });
      await expect(ask('one', own('1'), 1)).rejects.toMatchObject({ code: 'unavailable' });
      const second = ask('two', own('2'));
      tell({ answer: 'late', ...own('1') });
      tell({ answer: 'in time', ...own('2') });
      expect(await second).toMatchObject({ answer: 'in time' });
      tell({ answer: 'once more', ...own('2') });
      expect(await client.closed).toEqual({
        code: 4400,
        reason: 'no pending request matches the reply answer',
      });
    },
  );

  it.each(['the client closes', 'the server closes', 'the client is cut off'])(
    'fails when %s',
    async (how) => {
      const { client, connection, ask, request } = await startDesk();
      const answer = ask('one');
      const failed = codeOf(answer);
      if (how === 'the client closes') client.webSocket.close();
      else if (how === 'the server closes') connection.close('normal');
      else client.webSocket.terminate();
      expect(await failed).toBe('unavailable');
      await expect(request.given({ question: 'two' }, connection)).rejects.toMatchObject({
        code: 'unavailable',
      });
    },
  );

  it('is not sent if it breaks the contract', async () => {
    const { client, connection, ask, request, tell, observed } = await startDesk({ id: text });
    await expect(request.given({ question: 1 }, connection)).rejects.toThrow(
      'Message question of channel desk breaks the contract and was not sent: /question must be string',
    );
    const answer = ask('fine', { id: '1' });
    expect(await client.take(1)).toEqual(['{"question":"fine","id":"1"}']);
    tell({ answer: 'yes', id: '1' });
    await answer;
    expect(observed).toContainEqual(['messageInvalid', 'desk', 'question', 'send']);
  });

  it('does not leave with the correlation id of another that waits', async () => {
    const { client, ask, tell } = await startDesk({ id: text });
    const answer = ask('one', { id: '1' });
    await expect(ask('two', { id: '1' })).rejects.toMatchObject({ code: 'internal' });
    tell({ answer: 'yes', id: '1' });
    expect(await answer).toEqual({ answer: 'yes', id: '1' });
    expect(client.received).toHaveLength(1);
  });

  it('does not leave where the client owes a hundred answers', async () => {
    const { ask, tell } = await startDesk();
    const answers = Array.from({ length: 100 }, (_, index) => ask(String(index)));
    await expect(ask('one too many')).rejects.toMatchObject({ code: 'too_many_requests' });
    for (const _ of answers) tell({ answer: 'yes' });
    await Promise.all(answers);
  });

  it('makes room for itself by what is no longer waited for', async () => {
    const { ask, tell } = await startDesk({ id: text });
    const abandoned = Array.from({ length: 100 }, (_, index) => ask('late', { id: `${index}` }, 1));
    await Promise.allSettled(abandoned);
    const answer = ask('one more', { id: 'last' });
    tell({ answer: 'yes', id: 'last' });
    expect(await answer).toEqual({ answer: 'yes', id: 'last' });
  });

  it('may be made by the handler of a message, whose connection is read on meanwhile', async () => {
    const request = createTaken<Ask>();
    const told: unknown[] = [];
    const channel = createChannel({
      send: [createAsked('question')],
      receive: [createAsked('answer'), createAsked('order')],
      operations: [
        createOperation('send', 'ask', { messages: ['question'], reply: ['answer'] }),
        createOperation('receive', 'order'),
      ],
    });
    const { url } = await startChannel(channel, {
      ask: { question: request.take },
      order: {
        async order({ order }: { readonly order: string }, connection: Connection<string>) {
          await new Promise(setImmediate);
          told.push(order, await request.given({ question: order }, connection));
        },
      },
    });
    const client = await connectClient(`${url}/desk`);
    for (const order of ['tea', 'cake']) client.webSocket.send(JSON.stringify({ order }));
    await client.take(1);
    client.webSocket.send('{"answer":"green"}');
    await client.take(2);
    client.webSocket.send('{"answer":"yes"}');
    await expect.poll(() => told).toEqual(['tea', { answer: 'green' }, 'cake', { answer: 'yes' }]);
  });
});

describe('a request on a connection that the server closes', () => {
  it('fails at once, however long the client takes for its half of the closing', async () => {
    const { client, connection, ask, server } = await startDesk();
    const failed = codeOf(ask('one'));
    client.webSocket.pause();
    connection.close('normal');
    expect(await failed).toBe('unavailable');
    expect(server.connectionCount).toBe(1);
  });
});

describe('an answer that nobody asked for', () => {
  it('is refused with 4400', async () => {
    const { client, tell, observed } = await startDesk();
    tell({ answer: 'yes' });
    expect(await client.closed).toEqual({
      code: 4400,
      reason: 'no pending request matches the reply answer',
    });
    expect(observed).toContainEqual(['messageInvalid', 'desk', 'answer', 'receive']);
  });

  it('is refused where its correlation id is another', async () => {
    const { client, ask, tell } = await startDesk({ id: text });
    const failed = codeOf(ask('one', { id: '1' }));
    tell({ answer: 'yes', id: '2' });
    expect((await client.closed).code).toBe(4400);
    expect(await failed).toBe('unavailable');
  });

  it('is handled where the message is also one of a receive operation', async () => {
    const told: unknown[] = [];
    const { ask, tell } = await startDesk({
      receive: [createOperation('receive', 'tell', { messages: ['answer'] })],
      members: { tell: { answer: (message: object) => void told.push(message) } },
    });
    const answer = ask('one');
    tell({ answer: 'asked for' });
    tell({ answer: 'not asked for' });
    expect(await answer).toEqual({ answer: 'asked for' });
    await expect.poll(() => told).toEqual([{ answer: 'not asked for' }]);
  });
});
