import { describe, expect, it } from 'vitest';
import { redact, type SentCredential } from '../../../src/runtime/shared/redact.ts';

const bearer = (token: string): SentCredential => ({
  header: ['Authorization', `Bearer ${token}`],
  secrets: [token],
});
const key: SentCredential = { query: ['api_key', 'a b'], secrets: ['a b'] };
const cookies = ['sid=c1', 'id=d2'].map((pair) => ({
  header: ['Cookie', pair] as const,
  secrets: [pair.slice(-2)],
}));
const long = 'abcdefghijklmnopqrstuvwx';

// The same cases as for the Python client.
describe('redact', () => {
  it.each<[sent: readonly SentCredential[], text: string, shown: string]>([
    [[bearer('a')], 'a bad day at a bank', 'a bad day at a bank'],
    [
      [bearer('a')],
      'GET / Authorization: Bearer a, again',
      'GET / Authorization: Bearer [credential], again',
    ],
    [[bearer('a')], 'the bearer a is not an account', 'the bearer [credential] is not an account'],
    [[bearer('user')], 'users: no such user', 'users: no such [credential]'],
    [[bearer(long)], `the token x${long}y`, 'the token x[credential]y'],
    [[bearer('$(a+')], '{"authorization": "Bearer $(a+"}', '{"authorization": "Bearer [credential]"}'],
    [[key], 'GET /?api_key=a%20b&q=a', 'GET /?api_key=[credential]&q=a'],
    [[key], 'GET /?api_key=a+', 'GET /?api_key=[credential]'],
    [cookies, 'Cookie: sid=c1; id=d2; d=c1', 'Cookie: [credential]; id=[credential]; d=c1'],
    [[], 'proxy http://me:secret@localhost:1 failed', 'proxy http://[credential]@localhost:1 failed'],
  ])('with %j turns %s into %s', (sent, text, shown) => {
    expect(redact(text, sent)).toBe(shown);
  });
});
