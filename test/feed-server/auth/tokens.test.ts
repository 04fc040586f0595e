import { describe, expect, it } from 'vitest';
import { publicKey, secretKey } from '../../../src/feed-server/auth/keys.ts';
import { createTokens, type TokenOptions } from '../../../src/feed-server/auth/tokens.ts';
import type { Principal } from '../../../src/runtime/server/handlers.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { ecPair, encode, es256, forge, hs256, hs512, rs256, rs512, rsaPair } from './forge.ts';

const secret = 'a secret of forty bytes, made for a test';
const otherSecret = 'another one, of which nobody here knows.';
const user = '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11';
const rsa = rsaPair(2048);
const p256 = ecPair('P-256');

const nowSeconds = Math.floor(Date.now() / 1000);
const good = { sub: user, exp: nowSeconds + 3600 };
const hs = { alg: 'HS256', typ: 'JWT' };

/** A token that holds but for what is changed. */
function token(claims: object, header: object = hs): string {
  return forge(header, { ...good, ...claims }, hs256(secret));
}

function withSecret(options: Omit<TokenOptions, 'key'> = {}) {
  return createTokens({ key: secretKey(secret), ...options });
}

function refusal(work: () => unknown): PostedError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof PostedError) return thrown;
    throw thrown;
  }
  throw new Error('it was accepted');
}

describe('a token made here', () => {
  it('stands for its user, as a principal of a connection', () => {
    const tokens = withSecret();
    const principal: Principal = tokens.verify(tokens.issue(user));
    expect(principal.id).toBe(user);
  });

  it('ends after 24 hours, to the second', () => {
    const tokens = withSecret();
    const before = Math.floor(Date.now() / 1000);
    const { expiresAtMs } = tokens.verify(tokens.issue(user));
    const after = Math.floor(Date.now() / 1000);
    expect(expiresAtMs / 1000 - 86_400).toBeGreaterThanOrEqual(before);
    expect(expiresAtMs / 1000 - 86_400).toBeLessThanOrEqual(after);
  });

  it('ends when the settings say', () => {
    const tokens = withSecret({ lifetimeSeconds: 60 });
    expect(tokens.verify(tokens.issue(user)).expiresAtMs).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('names the configured issuer and audience', () => {
    const parties = { issuer: 'https://issuer.example', audience: 'posted' };
    expect(withSecret(parties).verify(withSecret(parties).issue(user)).id).toBe(user);
    expect(refusal(() => withSecret(parties).verify(withSecret().issue(user))).code).toBe('unauthorized');
  });
});

describe('a token of another issuer', () => {
  it.each([
    ['RS256 with an RSA key', rsa.pem, forge({ alg: 'RS256' }, good, rs256(rsa.privateKey))],
    ['ES256 with a P-256 key', p256.pem, forge({ alg: 'ES256' }, good, es256(p256.privateKey))],
  ])('is accepted: %s', (_, pem, foreign) => {
    expect(createTokens({ key: publicKey(pem) }).verify(foreign)).toEqual({
      id: user,
      expiresAtMs: good.exp * 1000,
    });
  });

  it('cannot be made here', () => {
    const error = refusal(() => createTokens({ key: publicKey(p256.pem) }).issue(user));
    expect(error.code).toBe('unavailable');
    expect(error.message).toBe(
      'This server checks tokens with a public key and cannot make them: get one from their issuer.',
    );
  });

  it.each([
    ['one of several audiences', { aud: ['elsewhere', 'posted'], iss: 'i' }],
    ['a clock that runs 4 seconds ahead', { aud: 'posted', iss: 'i', nbf: nowSeconds + 4 }],
    ['claims that nobody here knows', { aud: 'posted', iss: 'i', role: 'admin', jti: '1' }],
    ['an expiry between two seconds', { aud: 'posted', iss: 'i', exp: nowSeconds + 60.5 }],
  ])('is accepted with %s', (_, claims) => {
    expect(withSecret({ issuer: 'i', audience: 'posted' }).verify(token(claims)).id).toBe(user);
  });
});

const malformed = 'The token is malformed.';
const badSignature = 'The signature of the token is not valid.';
const badSubject = 'The subject of the token (sub) is no user id.';
const noExpiry = 'The token has no expiry (exp).';
const expired = 'The token has expired.';
const otherIssuer = 'The token comes from another issuer.';
const otherAudience = 'The token is meant for another audience.';
const whole = token({});
const [head = '', body = '', tail = ''] = whole.split('.');

describe('a server with a secret', () => {
  const tokens = withSecret();

  it.each([
    ['nothing', '', 'The token is missing.'],
    ['a space', ' ', malformed],
    ['a word', 'token', malformed],
    ['two parts', `${head}.${body}`, malformed],
    ['four parts', `${whole}.${tail}`, malformed],
    ['dots alone', '..', malformed],
    ['a space before', ` ${whole}`, malformed],
    ['a space behind', `${whole} `, malformed],
    ['a line break behind', `${whole}\n`, malformed],
    ['a space within', `${head}. ${body}.${tail}`, malformed],
    ['letters beyond ASCII', `${head}.${body}.тест🙂`, malformed],
    ['U+0000 within', `${head}\0.${body}.${tail}`, malformed],
    ['padding', `${head}=.${body}.${tail}`, malformed],
    ['a header that is no JSON', `${encode('{')}.${body}.${tail}`, malformed],
    ['a header that is null', `${encode('null')}.${body}.${tail}`, malformed],
    ['a header that is a number', `${encode('1')}.${body}.${tail}`, badSignature],
    ['a header without an algorithm', forge({ typ: 'JWT' }, good, hs256(secret)), badSignature],
    ['a payload that is no JSON', forge(hs, '{', hs256(secret)), malformed],
    ['a payload that is a text', forge({ alg: 'HS256' }, 'hello', hs256(secret)), malformed],
    ['a payload that is a number', forge(hs, '1', hs256(secret)), noExpiry],
    ['a payload that is an array', forge(hs, [good], hs256(secret)), noExpiry],
    ['a payload that is null', forge(hs, 'null', hs256(secret)), badSignature],
    ['1 MB of one letter', 'a'.repeat(1_048_576), 'The token is too long.'],
    ['1 MB that is signed', token({ filler: 'a'.repeat(1_048_576) }), 'The token is too long.'],
    ['alg none, unsigned', `${encode({ alg: 'none', typ: 'JWT' })}.${body}.`, badSignature],
    ['alg none, signed', token({}, { alg: 'none' }), badSignature],
    ['alg None, unsigned', `${encode({ alg: 'None' })}.${body}.`, badSignature],
    ['HS256 without its signature', `${head}.${body}.`, badSignature],
    ['the signature of another token', `${head}.${encode({ ...good, sub: user })}x.${tail}`, badSignature],
    ['the signature of another secret', forge(hs, good, hs256(otherSecret)), badSignature],
    [
      'an empty secret',
      `${head}.${body}.${hs256('')(`${head}.${body}`).toString('base64url')}`,
      badSignature,
    ],
    ['another payload', `${head}.${encode({ ...good, admin: true })}.${tail}`, badSignature],
    ['HS512', forge({ alg: 'HS512' }, good, hs512(secret)), badSignature],
    ['hs256 in lower case', token({}, { alg: 'hs256' }), badSignature],
    ['RS256', forge({ alg: 'RS256' }, good, rs256(rsa.privateKey)), badSignature],
    ['an alg that is a list', token({}, { alg: ['HS256'] }), badSignature],
    [
      'an extension that it must know',
      token({}, { ...hs, crit: ['b64'], b64: false }),
      'The token asks for an extension that is not known here.',
    ],
    ['an end a second ago', token({ exp: nowSeconds - 1 }), expired],
    ['an end an hour ago', token({ exp: nowSeconds - 3600 }), expired],
    ['an end before 1970', token({ exp: -1 }), expired],
    ['no end', token({ exp: undefined }), noExpiry],
    ['an end that is null', token({ exp: null }), malformed],
    ['an end that is a text', token({ exp: String(good.exp) }), malformed],
    [
      'an endless end',
      forge(hs, `{"sub":"${user}","exp":1e999}`, hs256(secret)),
      'The expiry of the token (exp) is no time.',
    ],
    ['an end after all time', token({ exp: 1e15 }), 'The expiry of the token (exp) is no time.'],
    ['a beginning in ten minutes', token({ nbf: nowSeconds + 600 }), 'The token is not valid yet.'],
    ['a beginning that is a text', token({ nbf: '0' }), malformed],
    ['no subject', token({ sub: undefined }), badSubject],
    ['an empty subject', token({ sub: '' }), badSubject],
    ['a name as its subject', token({ sub: 'ada' }), badSubject],
    ['a number as its subject', token({ sub: 1 }), badSubject],
    ['a list as its subject', token({ sub: [user] }), badSubject],
    ['an upper-case UUID as its subject', token({ sub: user.toUpperCase() }), badSubject],
    ['a URN as its subject', token({ sub: `urn:uuid:${user}` }), badSubject],
    ['a line break behind its subject', token({ sub: `${user}\n` }), badSubject],
  ])('refuses %s', (_, hostile, message) => {
    const error = refusal(() => tokens.verify(hostile));
    expect(error.code).toBe('unauthorized');
    expect(error.message).toBe(message);
    expect(error.cause).toBeUndefined();
  });

  it.each([
    ['no issuer', { aud: 'posted' }, otherIssuer],
    ['another issuer', { aud: 'posted', iss: 'j' }, otherIssuer],
    ['a list of issuers', { aud: 'posted', iss: ['i'] }, otherIssuer],
    ['no audience', { iss: 'i' }, otherAudience],
    ['another audience', { iss: 'i', aud: 'elsewhere' }, otherAudience],
    ['no audience in its list', { iss: 'i', aud: [] }, otherAudience],
    ['a longer audience', { iss: 'i', aud: 'posted.example' }, otherAudience],
  ])('that expects an issuer and an audience refuses %s', (_, claims, message) => {
    const error = refusal(() => withSecret({ issuer: 'i', audience: 'posted' }).verify(token(claims)));
    expect(error.code).toBe('unauthorized');
    expect(error.message).toBe(message);
  });
});

describe('a server with a public key', () => {
  const other = ecPair('P-256');

  it.each([
    ['HS256 with the PEM as its secret', rsa.pem, forge(hs, good, hs256(rsa.pem))],
    ['HS256 with the trimmed PEM as its secret', rsa.pem, forge(hs, good, hs256(rsa.pem.trim()))],
    ['HS256 with the PEM of a P-256 key as its secret', p256.pem, forge(hs, good, hs256(p256.pem))],
    ['alg none', rsa.pem, `${encode({ alg: 'none' })}.${encode(good)}.`],
    ['no signature', rsa.pem, `${encode({ alg: 'RS256' })}.${encode(good)}.`],
    ['a key of its own', rsa.pem, forge({ alg: 'RS256' }, good, rs256(rsaPair(2048).privateKey))],
    ['a P-256 key of its own', p256.pem, forge({ alg: 'ES256' }, good, es256(other.privateKey))],
    ['an ES256 signature that is too short', p256.pem, forge({ alg: 'ES256' }, good, () => Buffer.alloc(63))],
    ['an ES256 signature of zeros', p256.pem, forge({ alg: 'ES256' }, good, () => Buffer.alloc(64))],
    ['RS512 for an RSA key', rsa.pem, forge({ alg: 'RS512' }, good, rs512(rsa.privateKey))],
    ['ES256 for an RSA key', rsa.pem, forge({ alg: 'ES256' }, good, es256(p256.privateKey))],
    ['RS256 for a P-256 key', p256.pem, forge({ alg: 'RS256' }, good, rs256(rsa.privateKey))],
    [
      'a key inside the token',
      p256.pem,
      forge({ alg: 'ES256', jwk: other.privateKey.export({ format: 'jwk' }) }, good, es256(other.privateKey)),
    ],
  ])('refuses %s', (_, pem, hostile) => {
    const error = refusal(() => createTokens({ key: publicKey(pem) }).verify(hostile));
    expect(error.code).toBe('unauthorized');
    expect(error.message).toBe(badSignature);
  });
});
