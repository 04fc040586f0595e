import { describe, expect, it } from 'vitest';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { answerOf, startRest } from './rest-server.ts';

const failed = [500, 'internal: Internal error. Include the request_id when you report it.'];

const failingHandler = () => Promise.reject(new Error('the disk is gone'));

describe('an error response', () => {
  it.each([new Error('the password is hunter2'), 'hunter2'])(
    'keeps what a handler throws (%s) from the client, and logs it',
    async (thrown) => {
      const { url, logged } = await startRest({
        handlers: { getFirstNote: () => Promise.reject(thrown) },
      });
      const response = await fetch(`${url}/note/get/first`);
      expect(await answerOf(response)).toEqual(failed);
      const errors = logged.filter(([level]) => level === 'error');
      expect(errors).toHaveLength(1);
      expect(errors[0]?.[1]).toMatchObject({
        requestId: response.headers.get('x-request-id'),
        operation: 'getFirstNote',
        err: thrown,
      });
    },
  );

  it('is logged a few times for each operation, however often the operation fails', async () => {
    const { url, logged } = await startRest({
      handlers: { getFirstNote: failingHandler, getNote: failingHandler },
    });
    for (let count = 0; count < 7; count += 1) await fetch(`${url}/note/get/first`);
    await fetch(`${url}/note/get/a`);
    const errors = logged.filter(([level]) => level === 'error');
    expect(errors.map(([, { operation }]) => operation)).toEqual([
      ...Array.from({ length: 5 }, () => 'getFirstNote'),
      'getNote',
    ]);
  });

  it('has Retry-After if the error says when to retry', async () => {
    const { url, logged } = await startRest({
      handlers: {
        getFirstNote: async () => {
          throw new PostedError('unavailable', 'Too busy.', { retryAfterMs: 1500 });
        },
      },
    });
    const response = await fetch(`${url}/note/get/first`);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await answerOf(response)).toEqual([503, 'unavailable: Too busy.']);
    expect(logged.filter(([level]) => level === 'error')).toEqual([]);
  });

  it('has the same body if the operation does not list its status', async () => {
    const { url } = await startRest({
      handlers: {
        getFirstNote: async () => {
          throw new PostedError('too_many_requests', 'Slow down.');
        },
      },
    });
    expect(await answerOf(await fetch(`${url}/note/get/first`))).toEqual([
      429,
      'too_many_requests: Slow down.',
    ]);
  });

  it('has a challenge if credentials are missing or wrong', async () => {
    const { url } = await startRest();
    const challengeOf = async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/note/delete/a`, { method: 'PUT', headers });
      return response.headers.get('www-authenticate');
    };
    expect(await challengeOf({})).toBe('Bearer');
    expect(await challengeOf({ Authorization: 'Basic b2Y6YQ==' })).toBe('Bearer');
    expect(await challengeOf({ Authorization: 'Bearer forged' })).toBe('Bearer error="invalid_token"');
    expect(await challengeOf({ Authorization: 'Bearer of.b' })).toBeNull();
  });

  it('names the allowed methods if the method is wrong', async () => {
    const { url } = await startRest();
    const { headers } = await fetch(`${url}/note/get/a`, { method: 'DELETE' });
    expect(headers.get('allow')).toBe('GET, HEAD');
  });

  it('does not wait for a handler that exceeds the time limit', async () => {
    const { url, completed } = await startRest({
      limits: { bodyBytes: 1000, timeoutMs: 20 },
      handlers: { getFirstNote: () => new Promise(() => {}) },
    });
    expect(await answerOf(await fetch(`${url}/note/get/first`))).toEqual([
      503,
      'unavailable: The server did not finish in time.',
    ]);
    expect(completed).toEqual([['getFirstNote', 503]]);
  });

  it('is not affected by a handler that fails after the time limit', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const { url } = await startRest({
      limits: { bodyBytes: 1000, timeoutMs: 20 },
      handlers: { getFirstNote: () => promise },
    });
    expect((await fetch(`${url}/note/get/first`)).status).toBe(503);
    reject(new Error('too late'));
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
  });
});
