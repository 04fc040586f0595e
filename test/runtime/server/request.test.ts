import { describe, expect, it } from 'vitest';
import type { Is } from '../../../src/runtime/shared/answer.ts';
import type { ChannelDescriptor, MessageDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import {
  createChannel,
  createMessage,
  createOperation,
  type LooseConnection,
  startChannel,
} from '../../support/channel.ts';
import { connectClient } from '../../support/websocket.ts';

const text = { type: 'string' };

/** Creates a message that is identified by its only property besides the id. */
function createMessageOf(name: string, id?: object): MessageDescriptor {
  const properties = { [name]: text, ...(id && { id }) };
  const schema = { type: 'object', properties, required: [name], additionalProperties: false };
  return createMessage(name, schema, { correlationId: id && ['id'] });
}

async function startDesk({
  id,
  replies = ['answer'],
  receive = [],
  handlers = {},
}: {
  readonly id?: object;
  readonly replies?: readonly string[];
  readonly receive?: ChannelDescriptor['operations'];
  readonly handlers?: Readonly<Record<string, unknown>>;
} = {}) {
  const received = new Set([...replies, ...receive.flatMap(({ messages }) => messages)]);
  const channel = createChannel({
    send: [createMessageOf('question', id)],
    receive: [...received].map((name) => createMessageOf(name, id)),
    operations: [createOperation('send', 'ask', { messages: ['question'], reply: replies }), ...receive],
  });
  const started = await startChannel(channel, handlers);
  const client = await connectClient(`${started.url}/desk`);
  const [connection] = started.connections;
  if (connection === undefined) throw new Error('there is no connection');
  const ask = (question: string, rest: object = {}, timeoutMs = 5000) =>
    askOn(connection, { question, ...rest }, { timeoutMs });
  const send = (value: object) => client.webSocket.send(JSON.stringify(value));
  return { ...started, client, connection, ask, send };
}

function askOn({ request }: LooseConnection, question: object, options?: object): Promise<unknown> {
  return request.ask?.(question, options) ?? Promise.reject(new Error('there is no operation ask'));
}

/** Resolves with the code of the error that a promise rejects with; null if it resolves. */
async function rejectionCode(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  return outcome.status === 'rejected' ? outcome.reason.code : null;
}

describe('a request to a client', () => {
  it('resolves with the reply that has its correlation id, in any order', async () => {
    const { client, ask, send, observed } = await startDesk({ id: text });
    const [first, second] = [ask('one'), ask('two', { id: 'mine' })];
    const [one = '', two] = await client.take(2);
    const { question, id } = JSON.parse(one);
    expect(question).toBe('one');
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(two).toBe('{"question":"two","id":"mine"}');
    send({ answer: 'to two', id: 'mine' });
    send({ answer: 'to one', id });
    expect(await first).toEqual({ answer: 'to one', id });
    expect(await second).toEqual({ answer: 'to two', id: 'mine' });
    expect(observed).toContainEqual(['messageSent', 'desk', 'question', 2]);
    expect(observed).toContainEqual(['messageReceived', 'desk', 'answer']);
  });

  it('gets a number as its correlation id if the contract requires one', async () => {
    const { client, ask, send } = await startDesk({ id: { type: 'integer' } });
    const answers = [ask('one'), ask('two')];
    const ids = (await client.take(2)).map((sent) => JSON.parse(sent).id);
    expect(ids).toEqual([1, 2]);
    for (const id of ids.toReversed()) send({ answer: `to ${id}`, id });
    expect(await Promise.all(answers)).toEqual([
      { answer: 'to 1', id: 1 },
      { answer: 'to 2', id: 2 },
    ]);
  });

  it('resolves with replies in order if the contract has no correlation ids', async () => {
    const { ask, send } = await startDesk();
    const answers = [ask('one'), ask('two')];
    send({ answer: 'first' });
    send({ answer: 'second' });
    expect(await Promise.all(answers)).toEqual([{ answer: 'first' }, { answer: 'second' }]);
  });

  it('names the reply if there are several reply messages', async () => {
    const { ask, send } = await startDesk({ id: text, replies: ['answer', 'refusal'] });
    const answers = [ask('one', { id: '1' }), ask('two', { id: '2' })];
    send({ refusal: 'no', id: '2' });
    send({ answer: 'yes', id: '1' });
    const [one, two] = (await Promise.all(answers)) as Is<Record<'answer' | 'refusal', object>>[];
    expect([one, two]).toEqual([
      { answer: 'yes', id: '1' },
      { refusal: 'no', id: '2' },
    ]);
    expect([one?.is('answer'), one?.is('refusal'), two?.is('refusal')]).toEqual([true, false, true]);
  });

  it.each([undefined, text])(
    'rejects after its timeout, and its late reply does not resolve another: %j',
    async (id) => {
      const { client, ask, send } = await startDesk(id && { id });
      const own = (name: string) => (id === undefined ? {} : { id: name });
      await expect(ask('one', own('1'), 1)).rejects.toMatchObject({ code: 'unavailable' });
      const second = ask('two', own('2'));
      send({ answer: 'late', ...own('1') });
      send({ answer: 'in time', ...own('2') });
      expect(await second).toMatchObject({ answer: 'in time' });
      send({ answer: 'once more', ...own('2') });
      expect(await client.closed).toEqual({
        code: 4400,
        reason: 'no pending request matches the reply answer',
      });
    },
  );

  it.each(['the client closes', 'the server closes', 'the client disconnects without closing'])(
    'rejects when %s',
    async (how) => {
      const { client, connection, ask } = await startDesk();
      const answer = ask('one');
      const failed = rejectionCode(answer);
      if (how === 'the client closes') client.webSocket.close();
      else if (how === 'the server closes') connection.close('normal');
      else client.webSocket.terminate();
      expect(await failed).toBe('unavailable');
      await expect(askOn(connection, { question: 'two' })).rejects.toMatchObject({
        code: 'unavailable',
      });
    },
  );

  it('is not sent if it breaks the contract', async () => {
    const { client, connection, ask, send, observed } = await startDesk({ id: text });
    await expect(askOn(connection, { question: 1 })).rejects.toThrow(
      'Message question of channel desk breaks the contract and was not sent: /question must be string',
    );
    const answer = ask('fine', { id: '1' });
    expect(await client.take(1)).toEqual(['{"question":"fine","id":"1"}']);
    send({ answer: 'yes', id: '1' });
    await answer;
    expect(observed).toContainEqual(['messageInvalid', 'desk', 'question', 'send']);
  });

  it('is not sent with the correlation id of a pending request', async () => {
    const { client, ask, send } = await startDesk({ id: text });
    const answer = ask('one', { id: '1' });
    await expect(ask('two', { id: '1' })).rejects.toMatchObject({ code: 'internal' });
    send({ answer: 'yes', id: '1' });
    expect(await answer).toEqual({ answer: 'yes', id: '1' });
    expect(client.received).toHaveLength(1);
  });

  it('is not sent while a hundred requests to the client are pending', async () => {
    const { ask, send } = await startDesk();
    const answers = Array.from({ length: 100 }, (_, index) => ask(String(index)));
    await expect(ask('one too many')).rejects.toMatchObject({ code: 'too_many_requests' });
    for (const _ of answers) send({ answer: 'yes' });
    await Promise.all(answers);
  });

  it('replaces requests that have timed out when too many are pending', async () => {
    const { ask, send } = await startDesk({ id: text });
    const abandoned = Array.from({ length: 100 }, (_, index) => ask('late', { id: `${index}` }, 1));
    await Promise.allSettled(abandoned);
    const answer = ask('one more', { id: 'last' });
    send({ answer: 'yes', id: 'last' });
    expect(await answer).toEqual({ answer: 'yes', id: 'last' });
  });

  it('can be sent by the handler of a message, because its connection is still read', async () => {
    const handled: unknown[] = [];
    const channel = createChannel({
      send: [createMessageOf('question')],
      receive: [createMessageOf('answer'), createMessageOf('order')],
      operations: [
        createOperation('send', 'ask', { messages: ['question'], reply: ['answer'] }),
        createOperation('receive', 'order'),
      ],
    });
    const { url } = await startChannel(channel, {
      async order({ order }: { readonly order: string }, context: { readonly connection: LooseConnection }) {
        await new Promise(setImmediate);
        handled.push(order, await askOn(context.connection, { question: order }));
      },
    });
    const client = await connectClient(`${url}/desk`);
    for (const order of ['tea', 'cake']) client.webSocket.send(JSON.stringify({ order }));
    await client.take(1);
    client.webSocket.send('{"answer":"green"}');
    await client.take(2);
    client.webSocket.send('{"answer":"yes"}');
    await expect.poll(() => handled).toEqual(['tea', { answer: 'green' }, 'cake', { answer: 'yes' }]);
  });
});

describe('a request on a connection that the server closes', () => {
  it('rejects immediately, however long the client takes to answer the close frame', async () => {
    const { client, connection, ask, server } = await startDesk();
    const failed = rejectionCode(ask('one'));
    client.webSocket.pause();
    connection.close('normal');
    expect(await failed).toBe('unavailable');
    expect(server.connectionCount).toBe(1);
  });
});

describe('a reply without a pending request', () => {
  it('closes the connection with 4400', async () => {
    const { client, send, observed } = await startDesk();
    send({ answer: 'yes' });
    expect(await client.closed).toEqual({
      code: 4400,
      reason: 'no pending request matches the reply answer',
    });
    expect(observed).toContainEqual(['messageInvalid', 'desk', 'answer', 'receive']);
  });

  it('closes the connection with 4400 if only its correlation id is wrong', async () => {
    const { client, ask, send } = await startDesk({ id: text });
    const failed = rejectionCode(ask('one', { id: '1' }));
    send({ answer: 'yes', id: '2' });
    expect((await client.closed).code).toBe(4400);
    expect(await failed).toBe('unavailable');
  });

  it('is handled as a message if it also belongs to a receive operation', async () => {
    const handled: unknown[] = [];
    const { ask, send } = await startDesk({
      receive: [createOperation('receive', 'report', { messages: ['answer'] })],
      handlers: { report: (message: object) => void handled.push(message) },
    });
    const answer = ask('one');
    send({ answer: 'requested' });
    send({ answer: 'not requested' });
    expect(await answer).toEqual({ answer: 'requested' });
    await expect.poll(() => handled).toEqual([{ answer: 'not requested' }]);
  });
});
