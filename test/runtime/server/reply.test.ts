import { describe, expect, it } from 'vitest';
import { InvalidMessageError } from '../../../src/runtime/server/handlers.ts';
import type { MessageDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import {
  createBytes,
  createChannel,
  createMessage,
  createOperation,
  objectOf,
  startChannel,
} from '../../support/channel.ts';
import { connectClient } from '../../support/websocket.ts';

const number = { type: 'number' };
const id = { type: ['string', 'number'] };

/** Creates a message with an optional correlation id. */
function createCorrelated(name: string, schema: object): MessageDescriptor {
  const headers = { type: 'object', properties: { id }, additionalProperties: false };
  const envelope = { type: 'object', properties: { headers, payload: schema }, required: ['payload'] };
  return createMessage(name, envelope, { correlationId: ['headers', 'id'] });
}

const double = createCorrelated('double', number);
const doubled = createCorrelated('doubled', number);
const failed = createMessage('failed', objectOf({ problem: { type: 'string' } }));

interface Double {
  readonly headers?: { readonly id?: string | number };
  readonly payload: number;
}

async function startDesk(
  handler: (message: Double) => unknown,
  replies: readonly MessageDescriptor[] = [doubled],
) {
  const channel = createChannel({
    send: replies,
    receive: [double],
    operations: [
      createOperation('receive', 'calculate', {
        messages: ['double'],
        reply: replies.map(({ name }) => name),
      }),
    ],
  });
  const started = await startChannel(channel, { calculate: { double: handler } });
  const client = await connectClient(`${started.url}/desk`);
  const send = (...messages: readonly Double[]) => {
    for (const message of messages) client.webSocket.send(JSON.stringify(message));
  };
  return { ...started, client, send };
}

describe('a message of an operation with a reply', () => {
  it('is replied to with the result of its handler and its correlation id', async () => {
    const { client, send, observed } = await startDesk(({ payload }) => {
      const answer = { payload: payload * 2 };
      return payload === 1 ? answer : Promise.resolve(answer);
    });
    send({ headers: { id: 'one' }, payload: 1 }, { headers: { id: 2 }, payload: 2 }, { payload: 3 });
    const answers = await client.take(3);
    expect(answers.map((text) => JSON.parse(text))).toEqual([
      { headers: { id: 'one' }, payload: 2 },
      { headers: { id: 2 }, payload: 4 },
      { payload: 6 },
    ]);
    const sent = observed.filter(([name, , message]) => name === 'messageSent' && message === 'doubled');
    expect(sent.reduce((sum, [, , , count]) => sum + Number(count), 0)).toBe(3);
  });

  it('is replied to in order, however long each handler takes', async () => {
    const { client, send } = await startDesk(async ({ payload }) => {
      await new Promise((resolve) => setTimeout(resolve, payload));
      return { payload };
    });
    send({ payload: 20 }, { payload: 10 }, { payload: 0 });
    const answers = await client.take(3);
    expect(answers.map((text) => JSON.parse(text).payload)).toEqual([20, 10, 0]);
  });

  it('allows its handler to set the correlation id', async () => {
    const { client, send } = await startDesk(({ headers }) => ({ headers, payload: 1 }));
    send({ headers: { id: 'mine' }, payload: 1 });
    expect(await client.take(1)).toEqual(['{"headers":{"id":"mine"},"payload":1}']);
  });

  it('leaves the result of its handler unchanged', async () => {
    const answer = Object.freeze({ payload: 1 });
    const { client, send } = await startDesk(() => answer);
    send({ headers: { id: 'a' }, payload: 1 }, { headers: { id: 'b' }, payload: 1 });
    const answers = await client.take(2);
    expect(answers.map((text) => JSON.parse(text).headers.id)).toEqual(['a', 'b']);
    expect(answer).toEqual({ payload: 1 });
  });

  it('is replied to with one of several messages, selected by name', async () => {
    const replies = [doubled, failed, createBytes('drawing')];
    const { client, send } = await startDesk(({ payload }) => {
      if (payload === 0) return { message: 'failed', payload: { problem: 'nothing to double' } };
      if (payload === 1) return { message: 'drawing', payload: new Uint8Array([50]) };
      return { message: 'doubled', payload: { payload: payload * 2 } };
    }, replies);
    const headers = { id: 'x' };
    send({ headers, payload: 0 }, { headers, payload: 1 }, { headers, payload: 2 });
    expect(await client.take(3)).toEqual([
      '{"problem":"nothing to double"}',
      '2',
      '{"payload":4,"headers":{"id":"x"}}',
    ]);
  });

  const otherId = '/headers/id is not the correlation id of the request';
  it.each([
    ['nothing', [doubled], undefined, 'doubled', 'the value must be object'],
    ['a payload that breaks the schema', [doubled], { payload: 'two' }, 'doubled', '/payload must be number'],
    ['another correlation id', [doubled], { headers: { id: 'b' }, payload: 1 }, 'doubled', otherId],
    [
      'an unnamed message where there are several',
      [doubled, failed],
      { payload: 1 },
      'unknown',
      '/message must be one of doubled, failed',
    ],
    [
      'an unknown message',
      [doubled, failed],
      { message: 'other', payload: 1 },
      'unknown',
      '/message must be one of',
    ],
    [
      'a named message that breaks the schema',
      [doubled, failed],
      { message: 'failed' },
      'failed',
      'must be object',
    ],
  ])(
    'closes the connection with 1011 if its handler returns %s',
    async (_title, replies, answer, message, problem) => {
      const { client, send, observed, logged } = await startDesk(() => answer, replies);
      send({ headers: { id: 'a' }, payload: 1 });
      expect(await client.closed).toEqual({
        code: 1011,
        reason: expect.stringMatching(/^the server failed \(connection \S+\)$/),
      });
      expect(client.received).toEqual([]);
      expect(observed).toContainEqual(['messageInvalid', 'desk', message, 'send']);
      expect(logged.filter(([level]) => level === 'error')).toEqual([
        [
          'error',
          { channel: 'desk', operation: 'calculate', message, problem: expect.stringContaining(problem) },
          'a message breaks the contract and was not sent',
        ],
        [
          'error',
          {
            channel: 'desk',
            operation: 'calculate',
            connection: expect.any(String),
            err: expect.any(InvalidMessageError),
          },
          'a handler failed',
        ],
      ]);
    },
  );

  it.each([
    [new PostedError('invalid_request', 'Too big to double.'), 4400, 'Too big to double.'],
    [
      new Error('the abacus is broken'),
      1011,
      expect.stringMatching(/^the server failed \(connection \S+\)$/),
    ],
  ])('closes the connection if its handler throws: %s', async (thrown, code, reason) => {
    const { client, send } = await startDesk(() => {
      throw thrown;
    });
    send({ payload: 1 });
    expect(await client.closed).toEqual({ code, reason });
  });
});
