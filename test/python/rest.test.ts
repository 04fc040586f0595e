import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { losing, startRestServer } from '../runtime/rest-client/rest-server.ts';
import { badTokens } from '../support/bad-tokens.ts';
import { registerUser, startFeed } from '../support/feed-server.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { reason, startProgram } from './python.ts';

const problem = (message: string) => ({ message, request_id: 'r1', code: 'unavailable' });

describe.skipIf(reason !== null)(`the Python REST client ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage('asyncapi.json', 'openapi.yaml');
  });
  afterAll(() => generated?.remove());

  it('publishes one post when the answer is lost, and shares a token with a channel', async () => {
    const { url } = await startFeed();
    const ada = await registerUser(url);
    const proxy = await startRestServer(losing(url, 2));
    const { expired } = badTokens(ada.id);
    const config = { mode: 'feed', url, proxy: proxy.url, expired, token: ada.token };
    const program = startProgram('rest_app.py', generated.packages, config);
    // The channel logs that it waits after the first token.
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines).toEqual([
      { asked: 2 },
      { texts: ['keyed', 'the last'], text: 'keyed' },
      { cursor: expect.any(String), body: [] },
      { name: 'like', result: null },
      expect.objectContaining({
        name: 'reused',
        raised: 'refused',
        status: 422,
        body: expect.objectContaining({ code: 'idempotency_key_reused' }),
      }),
    ]);
    const keys = proxy.requests.map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
  });

  it('sends again what is safe, and raises the rest', async () => {
    const busy = [503, problem('busy')] as const;
    const server = await startRestServer(
      (response) => void response.socket?.destroy(),
      busy,
      [200, { id: '1' }],
      busy,
      [429, problem('slow down'), { 'Retry-After': '0' }],
      [200, { token: 't' }],
      [400, problem('bad a-secret!')],
      [500, { error: 'Bad gateway' }],
      () => {},
      [503, problem('later'), { 'Retry-After': '60' }],
      [404, problem('not there yet')],
      [503, problem('not worth it')],
    );
    const program = startProgram('rest_app.py', generated.packages, { mode: 'script', url: server.url });
    expect(await program.ended).toBe(0);
    const logged = program.stderr().trim().split('\n');
    expect(logged).toEqual([
      expect.stringMatching(/^getPost: no answer: .* Attempt 2 follows in 0\.00\d s\.$/),
      expect.stringMatching(/^getPost: HTTP 503: busy Attempt 3 follows in /),
      expect.stringMatching(/^login: HTTP 429: slow down Attempt 2 follows in /),
      expect.stringMatching(/^getPost: HTTP 404: not there yet Attempt 2 follows in /),
    ]);
    expect(program.lines).toMatchObject([
      { name: 'get', result: { id: '1' } },
      { name: 'login', raised: 'refused', status: 503, attempts: 1, text: 'login: HTTP 503: busy' },
      { name: 'limited', result: { token: 't' } },
      { name: 'secret', raised: 'refused', text: 'createPost: HTTP 400: bad [credential]!' },
      { name: 'proxy', raised: 'unexpected', status: 500, body: { error: 'Bad gateway' } },
      { name: 'late', raised: 'timeout', attempts: 1, text: 'login: no answer within 0.3 s.' },
      { name: 'patience', raised: 'refused', status: 503, attempts: 1 },
      { name: 'dots', raised: 'invalid_options' },
      { name: 'decided', raised: 'refused', status: 503, attempts: 2 },
      {
        name: 'failures',
        result: [
          [404, 2, true],
          [503, 3, false],
        ],
      },
      { name: 'anonymous', raised: 'credentials' },
      { name: 'url', raised: 'invalid_options' },
      { name: 'hung', result: 'token' },
    ]);
    expect(server.requests).toHaveLength(12);
    expect(server.requests[0]?.url).toBe('/post/get/%C3%A4%2F1');
    expect(server.requests[3]?.body).toBe('{"id": "1", "password": "p"}');
  });
});
