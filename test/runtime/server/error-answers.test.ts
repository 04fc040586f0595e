import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/runtime/shared/audit.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { connectClient } from '../../support/websocket.ts';
import { doubled, headers, type RequestContext, startDesk } from './desk.ts';

function errorAnswer(error: object, id: string | number = 'a') {
  return { headers: { id }, error };
}

const internal = {
  code: 'internal',
  message: expect.stringMatching(/^The server failed\. Its log has the cause under \S+\/1\.$/),
};

describe('a request', () => {
  it.each([
    [
      'a PostedError',
      new PostedError('forbidden', 'Too big to double.'),
      { code: 'forbidden', message: 'Too big to double.' },
    ],
    [
      'a PostedError with a time to retry',
      new PostedError('too_many_requests', 'Later.', { retryAfterMs: 1500 }),
      { code: 'too_many_requests', message: 'Later.', retryAfterMs: 1500 },
    ],
    ['any other error', new Error('the abacus is broken'), internal],
  ])(
    'is answered with an error if its handler throws %s, and the connection stays open',
    async (_what, thrown, error) => {
      const { answers, send, logged, observed } = await startDesk(({ payload }, { reply }) => {
        if (payload === 1) throw thrown;
        return reply.doubled?.({ payload });
      });
      send({ headers, payload: 1 }, { headers, payload: 2 });
      expect(await answers(2)).toEqual([errorAnswer(error), { headers, payload: 2 }]);
      expect(observed).toContainEqual(['errorAnswered', 'desk', 'calculate', error.code]);
      expect(logged.filter(([level]) => level === 'error')).toHaveLength(error.code === 'internal' ? 1 : 0);
    },
  );

  it.each([
    ['returns nothing', () => undefined, 'the handler of calculate must return its reply: reply.doubled(…)'],
    ['returns what is not a reply', () => ({ payload: 1 }), 'the handler of calculate must return its reply'],
    [
      'answers twice',
      ({ reply }: RequestContext) => [reply.doubled?.({ payload: 1 }), reply.doubled?.({ payload: 2 })][1],
      'calculate was answered twice: with doubled, then with doubled',
    ],
    [
      'returns a reply that breaks the contract',
      ({ reply }: RequestContext) => reply.doubled?.({ payload: 'two' }),
      'Message doubled of channel desk breaks the contract and was not sent: /payload must be number',
    ],
  ])('is answered with an internal error if its handler %s', async (_what, answer, message) => {
    const { answers, send, logged } = await startDesk((_message, context) => answer(context));
    send({ headers, payload: 1 });
    expect(await answers(1)).toEqual([errorAnswer(internal)]);
    const failures = logged.filter(([, , text]) => text === 'a handler failed');
    expect(failures).toEqual([
      [
        'error',
        {
          channel: 'desk',
          operation: 'calculate',
          connection: expect.any(String),
          requestId: expect.stringMatching(/\/1$/),
          err: expect.objectContaining({ message: expect.stringContaining(message) }),
        },
        'a handler failed',
      ],
    ]);
  });

  it('cannot be answered with the reply to another request', async () => {
    let first: unknown;
    const { answers, send } = await startDesk((_message, { reply }) => {
      first ??= reply.doubled?.({ payload: 1 });
      return first;
    });
    send({ headers, payload: 1 }, { headers: { id: 'b' }, payload: 1 });
    const [, second] = await answers(2);
    expect(second).toMatchObject({ headers: { id: 'b' }, error: { code: 'internal' } });
  });

  it('is answered with unavailable if its handler never returns, and the next one is handled', async () => {
    const signals: AbortSignal[] = [];
    const { answers, send } = await startDesk(
      ({ payload }, { reply, signal }) => {
        signals.push(signal);
        return payload === 1 ? new Promise(() => {}) : reply.doubled?.({ payload });
      },
      [doubled],
      { requestTimeoutMs: 30 },
    );
    send({ headers, payload: 1 }, { headers, payload: 2 });
    expect(await answers(2)).toEqual([
      errorAnswer({ code: 'unavailable', message: 'calculate was not answered within 30 ms.' }),
      { headers, payload: 2 },
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it('is answered once if its handler returns after the timeout', async () => {
    const late = Promise.withResolvers<void>();
    const { answers, client, send } = await startDesk(
      async ({ payload }, { reply }) => {
        if (payload === 1) await late.promise;
        return reply.doubled?.({ payload });
      },
      [doubled],
      { requestTimeoutMs: 30 },
    );
    send({ headers, payload: 1 });
    await answers(1);
    late.resolve();
    send({ headers, payload: 2 });
    expect((await answers(2)).at(-1)).toEqual({ headers, payload: 2 });
    expect(client.received).toHaveLength(2);
  });

  it('is answered with invalid_request if it breaks the contract and its id can be read', async () => {
    const { answers, client, send } = await startDesk((_message, { reply }) =>
      reply.doubled?.({ payload: 1 }),
    );
    send({ headers, payload: 'two' }, { headers, payload: 1 });
    expect(await answers(2)).toEqual([
      errorAnswer({ code: 'invalid_request', message: 'the message /payload must be number' }),
      { headers, payload: 1 },
    ]);
    send({ payload: 'two' });
    expect(await client.closed).toEqual({ code: 4400, reason: 'the message /payload must be number' });
  });

  it('aborts the signal of its handler when the connection closes', async () => {
    const called = Promise.withResolvers<AbortSignal>();
    const { client, send } = await startDesk((_message, { signal }) => {
      called.resolve(signal);
      return new Promise(() => {});
    });
    send({ headers, payload: 1 });
    const signal = await called.promise;
    client.webSocket.close();
    await expect.poll(() => signal.aborted).toBe(true);
  });

  it('is answered with unavailable while the server shuts down', async () => {
    const { server, url } = await startDesk((_message, { reply }) => reply.doubled?.({ payload: 1 }));
    // Closed after the first connection, at the end of the spread.
    const client = await connectClient(`${url}/desk`);
    const shutdown = server.shutdown(1000, { spreadMs: 200 });
    client.webSocket.send(JSON.stringify({ headers, payload: 1 }));
    const [answer = ''] = await client.take(1);
    expect(JSON.parse(answer)).toEqual(
      errorAnswer({ code: 'unavailable', message: 'The server is shutting down.', retryAfterMs: 1000 }),
    );
    await shutdown;
    expect((await client.closed).code).toBe(1012);
  });

  it('is audited with its user, outcome and duration', async () => {
    const entries: AuditEntry[] = [];
    const { answers, send } = await startDesk(
      ({ payload }, { reply }) => {
        if (payload === 2) throw new PostedError('forbidden', 'Not two.');
        return reply.doubled?.({ payload });
      },
      [doubled],
      { audit: (entry) => void entries.push(entry) },
    );
    send({ headers, payload: 1 }, { headers, payload: 2 });
    await answers(2);
    expect(entries).toEqual(
      ['ok', 'forbidden'].map((outcome, index) => ({
        user: null,
        requestId: expect.stringMatching(new RegExp(`/${index + 1}$`)),
        operation: 'calculate',
        outcome,
        ms: expect.any(Number),
      })),
    );
  });
});
