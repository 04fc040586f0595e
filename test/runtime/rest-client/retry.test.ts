import { describe, expect, it } from 'vitest';
import { RestError, restClient } from '../../../src/runtime/rest-client/index.ts';
import { notes } from './notes.ts';
import { type ScriptedAnswer, startRestServer } from './rest-server.ts';

const cut: ScriptedAnswer = (response) => void response.socket?.destroy();
const cutInBody: ScriptedAnswer = (response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' }).write('"half');
  setImmediate(() => response.socket?.destroy());
};
const never: ScriptedAnswer = () => {};
const busy: ScriptedAnswer = [503, { message: 'busy' }];
const page: ScriptedAnswer = (response) => void response.writeHead(502).end('<h1>Bad gateway</h1>');

const retry = { baseMs: 1, maxMs: 5_000 };
const params = { params: { id: '1' } };

async function failure(promise: Promise<unknown>): Promise<RestError> {
  const thrown = await promise.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  );
  if (thrown instanceof RestError) return thrown;
  throw thrown;
}

describe('the REST client', () => {
  it.each([
    ['a lost connection', cut],
    ['an answer that is cut off', cutInBody],
    ['503', busy],
    ["a proxy's page", page],
  ])('sends a request with an idempotent method again after %s', async (_, answer) => {
    const { url, requests } = await startRestServer(answer, answer, [200, { id: '1' }]);
    expect(await restClient(notes, { url, auth: 'token', retry }).getNote(params)).toEqual({ id: '1' });
    expect(requests).toHaveLength(3);
  });

  it('sends a POST again with the idempotency key that it created', async () => {
    const { url, requests } = await startRestServer(cut, busy, [200, 'id']);
    const client = restClient(notes, { url, retry });
    expect(await client.createKeyed({ body: { text: 'one' } })).toBe('id');
    const sent = requests.map(({ headers, body }) => [headers['idempotency-key'], body]);
    expect(new Set(sent.map(String)).size).toBe(1);
    expect(sent[0]?.[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await client.createKeyed({ body: { text: 'one' } });
    expect(requests[3]?.headers['idempotency-key']).not.toBe(sent[0]?.[0]);
  });

  it('keeps the idempotency key of the application', async () => {
    const { url, requests } = await startRestServer(cut, [200, 'id']);
    await restClient(notes, { url, retry }).createKeyed({ headers: { 'idempotency-key': 'mine' }, body: {} });
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['mine', 'mine']);
  });

  it.each([
    ['a lost connection', cut, 'unreachable'],
    ['503', busy, 'refused'],
  ])('does not send a POST without an idempotency key again after %s', async (_, answer, code) => {
    const { url, requests } = await startRestServer(answer, [200, 'id']);
    const error = await failure(restClient(notes, { url, retry }).createNote({ body: {} }));
    expect(error).toMatchObject({ code, attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  it('sends any request again after 429, no sooner than Retry-After says', async () => {
    const { url, requests } = await startRestServer(
      [429, { message: 'slow down' }, { 'Retry-After': '1' }],
      [200, 'id'],
    );
    const startMs = performance.now();
    expect(await restClient(notes, { url, retry }).createNote({ body: {} })).toBe('id');
    expect(performance.now() - startMs).toBeGreaterThan(950);
    expect(requests).toHaveLength(2);
  });

  it('throws if Retry-After asks for more patience than `maxMs`', async () => {
    const later = new Date(Date.now() + 60_000).toUTCString();
    for (const value of ['60', later]) {
      const { url, requests } = await startRestServer([503, { message: 'busy' }, { 'Retry-After': value }]);
      const error = await failure(restClient(notes, { url, auth: 'token', retry }).getNote(params));
      expect(error.code).toBe('refused');
      expect(Math.round((error.retryAfterMs ?? 0) / 10_000)).toBe(6);
      expect(requests).toHaveLength(1);
    }
  });

  it('ends after as many attempts as it may make', async () => {
    const { url, requests } = await startRestServer(busy);
    const client = restClient(notes, { url, auth: 'token', retry: { ...retry, attempts: 3 } });
    expect(await failure(client.getNote(params))).toMatchObject({
      code: 'refused',
      status: 503,
      attempts: 3,
    });
    expect(requests).toHaveLength(3);
    expect(await failure(client.getNote(params, { retry: false }))).toMatchObject({ attempts: 1 });
    expect(requests).toHaveLength(4);
  });

  it('asks `shouldRetry` after each failed attempt but the last, and logs why it tries again', async () => {
    const answers = [[404, { message: 'not yet' }], busy, busy] as const;
    const { url, requests } = await startRestServer(...answers);
    const lines: string[] = [];
    const failures: unknown[] = [];
    const client = restClient(notes, {
      url,
      auth: 'token',
      retry: { ...retry, attempts: 3 },
      log: (line) => void lines.push(line),
      shouldRetry({ error, attempt, isFinal }) {
        failures.push([error.status, attempt, isFinal]);
        return true;
      },
    });
    expect(await failure(client.getNote(params))).toMatchObject({ status: 503, attempts: 3 });
    expect(requests).toHaveLength(3);
    expect(failures).toEqual([
      [404, 2, true],
      [503, 3, false],
    ]);
    expect(lines).toEqual([
      expect.stringMatching(/^getNote: .* HTTP 404\. Attempt 2 follows in \d+ ms\.$/),
      expect.stringMatching(/^getNote: HTTP 503: .* Attempt 3 follows in \d+ ms\.$/),
    ]);
  });

  it('does not try again if `shouldRetry` returns false', async () => {
    const { url } = await startRestServer(busy);
    const client = restClient(notes, { url, auth: 'token', retry, shouldRetry: () => false });
    expect(await failure(client.getNote(params))).toMatchObject({ status: 503, attempts: 1 });
  });

  it('ends an attempt without an answer after `timeoutMs`, and tries again', async () => {
    const { url, requests } = await startRestServer(never, [200, { id: '1' }]);
    const client = restClient(notes, {
      url,
      auth: 'token',
      timeoutMs: 200,
      retry: { ...retry, attempts: 20 },
    });
    expect(await client.getNote(params)).toEqual({ id: '1' });
    // More on a busy machine.
    expect(requests.length).toBeGreaterThan(1);
  });

  it('reports the timeout of the last attempt', async () => {
    const { url } = await startRestServer(never);
    const client = restClient(notes, { url });
    const error = await failure(client.createNote({ body: {} }, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'timeout', message: 'createNote: no answer within 50 ms.' });
  });

  it('stops with the reason of an aborted signal, before, during and between attempts', async () => {
    const reason = new Error('the user left');
    const before = await startRestServer([200, 'id']);
    const aborted = AbortSignal.abort(reason);
    await expect(restClient(notes, before).createNote({ body: {} }, { signal: aborted })).rejects.toBe(
      reason,
    );
    expect(before.requests).toEqual([]);
    for (const answer of [never, [503, {}, { 'Retry-After': '5' }] as const]) {
      const controller = new AbortController();
      const { url } = await startRestServer((response, request) => {
        if (typeof answer === 'function') answer(response, request);
        else response.writeHead(503, { 'Retry-After': '5' }).end();
        setTimeout(() => controller.abort(reason), 50);
      });
      const client = restClient(notes, { url, auth: 'token', retry });
      await expect(client.getNote(params, { signal: controller.signal })).rejects.toBe(reason);
    }
  });
});
