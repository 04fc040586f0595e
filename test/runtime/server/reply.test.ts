import { describe, expect, it } from 'vitest';
import {
  createBytes,
  createChannel,
  createMessage,
  createOperation,
  objectOf,
  startChannel,
} from '../../support/channel.ts';
import { doubled, headers, startDesk } from './desk.ts';

const failed = createMessage('failed', objectOf({ problem: { type: 'string' } }));

describe('a message of an operation with a reply', () => {
  it('is replied to with what its handler returns and its correlation id', async () => {
    const { answers, send, observed } = await startDesk(({ payload }, { reply }) => {
      const answer = reply.doubled?.({ payload: Number(payload) * 2 });
      return payload === 1 ? answer : Promise.resolve(answer);
    });
    send({ headers: { id: 'one' }, payload: 1 }, { headers: { id: 2 }, payload: 2 }, { payload: 3 });
    expect(await answers(3)).toEqual([
      { headers: { id: 'one' }, payload: 2 },
      { headers: { id: 2 }, payload: 4 },
      { payload: 6 },
    ]);
    const sent = observed.filter(([name, , message]) => name === 'messageSent' && message === 'doubled');
    expect(sent.reduce((sum, [, , , count]) => sum + Number(count), 0)).toBe(3);
  });

  it('is replied to in order, however long each handler takes', async () => {
    const { answers, send } = await startDesk(async ({ payload }, { reply }) => {
      await new Promise((resolve) => setTimeout(resolve, Number(payload)));
      return reply.doubled?.({ payload });
    });
    send({ payload: 20 }, { payload: 10 }, { payload: 0 });
    expect((await answers(3)).map(({ payload }) => payload)).toEqual([20, 10, 0]);
  });

  it('is replied to as soon as its handler is done, with concurrency', async () => {
    const slow = Promise.withResolvers<void>();
    let active = 0;
    let most = 0;
    const { answers, send } = await startDesk(
      async ({ payload }, { reply }) => {
        active += 1;
        most = Math.max(most, active);
        if (payload === 1) await slow.promise;
        await new Promise(setImmediate);
        active -= 1;
        return reply.doubled?.({ payload });
      },
      [doubled],
      { concurrency: 2 },
    );
    for (const payload of [1, 2, 3]) send({ headers: { id: payload }, payload });
    expect((await answers(2)).map(({ payload }) => payload)).toEqual([2, 3]);
    slow.resolve();
    expect((await answers(3)).map(({ payload }) => payload)).toEqual([2, 3, 1]);
    expect(most).toBe(2);
  });

  it('needs a correlation id for concurrency', async () => {
    const uncorrelated = createChannel({
      send: [failed],
      receive: [createMessage('try', objectOf({}))],
      operations: [createOperation('receive', 'try', { reply: ['failed'] })],
    });
    await expect(startChannel(uncorrelated, { try: () => null }, { concurrency: 2 })).rejects.toThrow(
      'The option concurrency must be 1: operation try of channel desk has no correlation ids.',
    );
  });

  it('leaves the content of its reply unchanged', async () => {
    const content = Object.freeze({ payload: 1 });
    const { answers, send } = await startDesk((_message, { reply }) => reply.doubled?.(content));
    send({ headers: { id: 'a' }, payload: 1 }, { headers: { id: 'b' }, payload: 1 });
    expect((await answers(2)).map(({ headers: { id } }) => id)).toEqual(['a', 'b']);
    expect(content).toEqual({ payload: 1 });
  });

  it('is replied to with one of several messages', async () => {
    const replies = [doubled, failed, createBytes('drawing')];
    const { client, send } = await startDesk(({ payload }, { reply }) => {
      if (payload === 0) return reply.failed?.({ problem: 'nothing to double' });
      if (payload === 1) return reply.drawing?.(new Uint8Array([50]));
      return reply.doubled?.({ payload: Number(payload) * 2 });
    }, replies);
    send({ headers, payload: 0 }, { headers, payload: 1 }, { headers, payload: 2 });
    expect(await client.take(3)).toEqual([
      '{"problem":"nothing to double"}',
      '2',
      '{"payload":4,"headers":{"id":"a"}}',
    ]);
  });
});
