import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { restClient, tokenSource } from '../../../src/runtime/rest-client/index.ts';
import { type NotesApi, notes } from './notes.ts';
import { type ScriptedAnswer, startRestServer } from './rest-server.ts';

const unauthorized = [401, { message: 'The token has expired.' }] as const;
const params = { params: { id: '1' } };

/** Accepts only one token. */
const requiring =
  (token: string): ScriptedAnswer =>
  (response, { headers }) => {
    const isValid = headers.authorization === `Bearer ${token}`;
    const [status, body] = isValid ? [200, { id: '1' }] : unauthorized;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };

/** A token that expires in some seconds. */
function jwt(seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = Buffer.from(JSON.stringify({ exp: now + seconds })).toString('base64url');
  return `e30.${claims}.c2ln`;
}

describe('a token of the REST client', () => {
  it('is requested once for parallel requests, and kept', async () => {
    const { url } = await startRestServer(requiring('first'));
    let calls = 0;
    const auth = async () => {
      calls += 1;
      return 'first';
    };
    const client = restClient(notes, { url, auth });
    await Promise.all(Array.from({ length: 5 }, () => client.getNote(params)));
    await client.getNote(params);
    expect(calls).toBe(1);
  });

  it('is replaced once after 401 of parallel requests', async () => {
    const { url, requests } = await startRestServer(requiring('second'));
    const asked: unknown[] = [];
    const tokens = ['first', 'second', 'third'];
    const client = restClient(notes, {
      url,
      auth: async (request) => {
        asked.push(request);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return tokens[asked.length - 1] ?? '';
      },
    });
    await Promise.all(Array.from({ length: 5 }, () => client.getNote(params)));
    expect(asked).toEqual([{}, { stale: 'first' }]);
    expect(requests).toHaveLength(10);
  });

  it('is replaced no more than once a call', async () => {
    const { url, requests } = await startRestServer(unauthorized);
    let calls = 0;
    const client = restClient(notes, { url, auth: () => `token-${++calls}` });
    await expect(client.getNote(params)).rejects.toMatchObject({ code: 'refused', status: 401, attempts: 2 });
    expect([calls, requests.length]).toEqual([2, 2]);
  });

  it.each([
    ['a fixed token', 'same'],
    ['a function that returns it again', () => 'same'],
  ])('is not sent again after 401 if it is the same: %s', async (_, auth) => {
    const { url, requests } = await startRestServer(unauthorized);
    await expect(restClient(notes, { url, auth }).getNote(params)).rejects.toMatchObject({ status: 401 });
    expect(requests).toHaveLength(1);
  });

  it('never appears in errors', async () => {
    const secret = 'a-secret-token';
    const { url } = await startRestServer([400, { message: `bad ${secret}!` }]);
    const error = await restClient(notes, { url, auth: secret })
      .getNote(params)
      .catch((thrown) => thrown);
    expect(error.message).toBe('getNote: HTTP 400: bad [credential]!');
  });

  it.each([
    ['is missing', {}, 'no credential for token'],
    ['cannot be sent', { auth: 'two\nlines' }, 'not a bearer credential'],
    [
      'cannot be had',
      {
        auth: () => {
          throw new Error('no network');
        },
      },
      'A function in `auth` failed',
    ],
    [
      'takes too long',
      { auth: () => new Promise<string>(() => {}), timeoutMs: 20 },
      'no answer within 20 ms',
    ],
  ])('that %s fails the call before anything is sent', async (_, options, message) => {
    const { url, requests } = await startRestServer([200, { id: '1' }]);
    await expect(restClient(notes, { url, ...options }).getNote(params)).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining(message),
    });
    expect(requests).toEqual([]);
  });

  it('can come from an operation of the same client', async () => {
    const { url, requests } = await startRestServer([200, { token: 'from-login' }], requiring('from-login'));
    const client: NotesApi = restClient(notes, { url, auth: async () => (await client.login()).token });
    await client.getNote(params);
    expect(requests.map((request) => request.url)).toEqual(['/login', '/notes/1']);
  });
});

describe('tokenSource', () => {
  it('returns the token until it expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const tokens = [jwt(60), jwt(600), 'opaque'];
    let calls = 0;
    const token = tokenSource(() => tokens[calls++] ?? '');
    expect(await token()).toBe(tokens[0]);
    vi.advanceTimersByTime(50_000);
    expect(await token()).toBe(tokens[0]);
    vi.advanceTimersByTime(9_000);
    expect(await token()).toBe(tokens[1]);
    expect(await token({ stale: tokens[1] ?? '' })).toBe('opaque');
    vi.advanceTimersByTime(1e9);
    expect(await token()).toBe('opaque');
  });

  it('keeps a token that looks expired, as all do if the clock is fast', async () => {
    let calls = 0;
    const token = tokenSource(() => {
      calls += 1;
      return jwt(-60);
    });
    await token();
    await token();
    expect(calls).toBe(1);
  });

  it('does not replace a token again that another caller has replaced', async () => {
    let calls = 0;
    const token = tokenSource(() => `token-${++calls}`);
    const first = await token();
    expect(await token({ stale: first })).toBe('token-2');
    expect(await token({ stale: first })).toBe('token-2');
    expect(calls).toBe(2);
  });

  it('does not wait for a function that hangs', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    let calls = 0;
    const token = tokenSource(() => (calls++ === 0 ? new Promise<string>(() => {}) : 'token'));
    void token();
    vi.advanceTimersByTime(30_000);
    expect(await token()).toBe('token');
  });

  it('asks again after a failure', async () => {
    let calls = 0;
    const token = tokenSource(() => {
      calls += 1;
      if (calls === 1) throw new Error('no network');
      return 'token';
    });
    await expect(token()).rejects.toThrow('no network');
    expect(await token()).toBe('token');
  });
});
