import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLog } from '../../../../src/runtime/log/open-log.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { aPost, ignoreAcks, servePosts } from './posts-app.ts';

const billing = 'b'.repeat(32);
const shipping = 's'.repeat(32);
const draft = { channel: 'postFeedPosted', message: 'post', topic: 'ann', payload: aPost.payload };

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface StartOptions {
  readonly ownApp?: boolean;
  readonly maxKeysPerPublisher?: number;
}

/** A server whose log can be published to. With `ownApp`, an application of one's own serves all other paths. */
async function startServer({ ownApp = false, ...options }: StartOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'posted-publish-'));
  const log = await openLog({
    database: { folder },
    retentionMs: 3_600_000,
    log: silentLog,
    ...options,
  });
  onTestFinished(async () => {
    await log.close();
    await rm(folder, { recursive: true });
  });
  const app = servePosts({
    publish: { log, keys: { billing, shipping }, contentOf: (_, payload) => ({ payload }) },
  });
  if (ownApp) app.rest({ fetch: () => Response.json('own') });
  const server = app.handle({ postFeedPosted: ignoreAcks });
  onTestFinished(() => server.shutdown(100));
  return {
    events: () => log.engine.eventsAfter(0, { maxEvents: 9, maxBytes: 100_000 }),
    publish: async (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
      const response = await server.fetch(
        new Request('http://posted/publish', {
          method: 'POST',
          headers: { authorization: `Bearer ${billing}`, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      );
      return { status: response.status, body: await response.json() };
    },
    get: async (path: string): Promise<unknown> =>
      await (await server.fetch(new Request(`http://posted${path}`))).json(),
  };
}

describe('POST /publish', () => {
  it('appends an event and answers with its seq', async () => {
    const { publish, events } = await startServer();
    expect(await publish(draft)).toEqual({ status: 200, body: { seq: 1 } });
    expect(await publish({ ...draft, also: ['bob'], entity: 'p1' })).toEqual({
      status: 200,
      body: { seq: 2 },
    });
    const payload = JSON.stringify(draft.payload);
    expect(await events()).toMatchObject([
      { ...draft, payload, also: [], entity: null },
      { ...draft, payload, also: ['bob'], entity: 'p1' },
    ]);
  });

  it('appends once per idempotency key of a back end', async () => {
    const { publish, events } = await startServer();
    const key = { 'idempotency-key': 'order-7' };
    expect((await publish(draft, key)).body).toEqual({ seq: 1 });
    expect((await publish(draft, key)).body).toEqual({ seq: 1 });
    const other = { ...key, authorization: `Bearer ${shipping}` };
    expect((await publish(draft, other)).body).toEqual({ seq: 2 });
    expect(await publish({ ...draft, topic: 'bob' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await events()).toHaveLength(2);
  });

  it('forgets the oldest keys of a back end that has used too many', async () => {
    const { publish } = await startServer({ maxKeysPerPublisher: 1 });
    const send = async (key: string, token = billing) =>
      (await publish(draft, { 'idempotency-key': key, authorization: `Bearer ${token}` })).body;
    expect(await send('a')).toEqual({ seq: 1 });
    expect(await send('a', shipping)).toEqual({ seq: 2 });
    expect(await send('b')).toEqual({ seq: 3 });
    await expect.poll(() => send('a')).toEqual({ seq: 4 });
    expect(await send('a', shipping)).toEqual({ seq: 2 });
  });

  it.each([
    ['without a key', ''],
    ['with a wrong key', `Bearer ${'x'.repeat(32)}`],
    ['with a part of a key', `Bearer ${billing.slice(1)}`],
    ['with the token of a user', 'Bearer ann'],
  ])('refuses a request %s', async (_, authorization) => {
    const { publish, events } = await startServer();
    expect(await publish(draft, { authorization })).toMatchObject({
      status: 401,
      body: { code: 'unauthorized' },
    });
    expect(await events()).toEqual([]);
  });

  it.each([
    ['an unknown channel', { ...draft, channel: 'toString' }],
    ['a message that the channel does not send', { ...draft, message: 'ack' }],
    ['a payload that breaks the contract', { ...draft, payload: { postText: 5 } }],
    ['no payload', { ...draft, payload: undefined }],
    ['no topic', { ...draft, topic: '' }],
    ['readers that are not texts', { ...draft, also: [5] }],
    ['a body that is not an object', [draft]],
  ])('refuses %s', async (_, body) => {
    const { publish, events } = await startServer();
    expect(await publish(body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await events()).toEqual([]);
  });

  it('refuses an idempotency key that is too long', async () => {
    const { publish } = await startServer();
    const answer = await publish(draft, { 'idempotency-key': 'k'.repeat(256) });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('works beside an application that answers all other paths', async () => {
    const { publish, get } = await startServer({ ownApp: true });
    expect(await publish(draft)).toEqual({ status: 200, body: { seq: 1 } });
    expect(await get('/anything')).toBe('own');
  });

  it('is not there without server keys', async () => {
    const server = servePosts({}).handle({ postFeedPosted: ignoreAcks });
    onTestFinished(() => server.shutdown(100));
    const { status } = await server.fetch(new Request('http://posted/publish', { method: 'POST' }));
    expect(status).toBe(404);
  });

  it('needs keys of at least 32 characters', () => {
    const log = { append: async () => [], appendOnce: async () => 1 };
    const serveShort = (): unknown =>
      servePosts({ publish: { log, keys: { billing: 'short' } } }).handle({
        postFeedPosted: ignoreAcks,
      });
    expect(serveShort).toThrow('The server key of billing must be at least 32');
    expect(serveShort).not.toThrow('short');
  });
});
