import { describe, expect, it } from 'vitest';
import { singleKey } from '../../../src/feed-server/auth/key-ring.ts';
import { publicKey, secretKey } from '../../../src/feed-server/auth/keys.ts';
import { createTokens, type TokenOptions } from '../../../src/feed-server/auth/tokens.ts';
import type { Principal } from '../../../src/runtime/server/handlers.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { ecPair, encode, es256, forge, hs256, hs512, rs256, rs512, rsaPair } from './forge.ts';
import { settled } from './settled.ts';

const secret = 'a secret of forty bytes, made for a test';
const otherSecret = 'another one, which no server here knows.';
const user = '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11';
const rsa = rsaPair(2048);
const p256 = ecPair('P-256');

const nowSeconds = Math.floor(Date.now() / 1000);
const good = { sub: user, exp: nowSeconds + 3600 };
const hs = { alg: 'HS256', typ: 'JWT' };

/** A valid token but for the given claims and header. */
function token(claims: object, header: object = hs): string {
  return forge(header, { ...good, ...claims }, hs256(secret));
}

function withSecret(options: Omit<TokenOptions, 'keys'> = {}) {
  return createTokens({ keys: singleKey(secretKey(secret)), ...options });
}

function rejection(work: () => unknown): PostedError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof PostedError) return thrown;
    throw thrown;
  }
  throw new Error('the token was accepted');
}

describe('an issued token', () => {
  it('identifies its user as the principal of a connection', () => {
    const tokens = withSecret();
    const principal: Principal = settled(tokens.verify(tokens.issue(user)));
    expect(principal.id).toBe(user);
  });

  it('expires after 24 hours by default', () => {
    const tokens = withSecret();
    const before = Math.floor(Date.now() / 1000);
    const { expiresAtMs } = settled(tokens.verify(tokens.issue(user)));
    const after = Math.floor(Date.now() / 1000);
    expect(expiresAtMs / 1000 - 86_400).toBeGreaterThanOrEqual(before);
    expect(expiresAtMs / 1000 - 86_400).toBeLessThanOrEqual(after);
  });

  it('expires after the configured lifetime', () => {
    const tokens = withSecret({ lifetimeSeconds: 60 });
    expect(settled(tokens.verify(tokens.issue(user))).expiresAtMs).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('contains the configured issuer and audience', () => {
    const parties = { issuer: 'https://issuer.example', audience: 'posted' };
    expect(settled(withSecret(parties).verify(withSecret(parties).issue(user))).id).toBe(user);
    expect(rejection(() => withSecret(parties).verify(withSecret().issue(user))).code).toBe('unauthorized');
  });
});

describe('the id of a token', () => {
  const es = { alg: 'ES256' };
  const verifier = createTokens({ keys: singleKey(publicKey(p256.pem)) });
  const idOf = (foreign: string) => settled(verifier.verify(foreign)).tokenId;

  it('is its jti, of which each issued token has one of its own', () => {
    expect(settled(withSecret().verify(token({ jti: 'one' }))).tokenId).toBe('one');
    const tokens = withSecret();
    const [a, b] = [tokens.issue(user), tokens.issue(user)].map((each) => settled(tokens.verify(each)));
    expect(a?.tokenId).not.toBe(b?.tokenId);
  });

  it.each([
    ['without a jti', {}],
    ['with a jti that is not text', { jti: 1 }],
    ['with a long jti', { jti: 'x'.repeat(65) }],
  ])('%s is the same for all signatures of what it says, and for nothing else', (_, claims) => {
    const payload = { ...good, ...claims };
    const id = idOf(forge(es, payload, es256(p256.privateKey)));
    expect(idOf(forge(es, payload, es256(p256.privateKey)))).toBe(id);
    expect(idOf(forge(es, { ...payload, role: 'x' }, es256(p256.privateKey)))).not.toBe(id);
  });
});

describe('the version of a token', () => {
  it('is the one it was issued with, and 0 without one', () => {
    const tokens = withSecret();
    expect(settled(tokens.verify(tokens.issue(user, 3))).tokenVersion).toBe(3);
    expect(settled(tokens.verify(token({}))).tokenVersion).toBe(0);
    expect(settled(tokens.verify(token({ token_version: 'x' }))).tokenVersion).toBe(0);
  });
});

describe('a token of another issuer', () => {
  it.each([
    ['RS256 with an RSA key', rsa.pem, forge({ alg: 'RS256' }, good, rs256(rsa.privateKey))],
    ['ES256 with a P-256 key', p256.pem, forge({ alg: 'ES256' }, good, es256(p256.privateKey))],
  ])('is accepted: %s', (_, pem, foreign) => {
    expect(createTokens({ keys: singleKey(publicKey(pem)) }).verify(foreign)).toEqual({
      id: user,
      expiresAtMs: good.exp * 1000,
      tokenId: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      tokenVersion: 0,
    });
  });

  it('cannot be issued with its public key', () => {
    const error = rejection(() => createTokens({ keys: singleKey(publicKey(p256.pem)) }).issue(user));
    expect(error.code).toBe('forbidden');
    expect(error.message).toBe(
      'This server accepts the tokens of another issuer and has no logins of its own. Get a token from that issuer.',
    );
  });

  it.each([
    ['one of several audiences', { aud: ['elsewhere', 'posted'], iss: 'i' }],
    ['an issuer whose clock is 4 seconds ahead', { aud: 'posted', iss: 'i', nbf: nowSeconds + 4 }],
    ['unknown claims', { aud: 'posted', iss: 'i', role: 'admin', jti: '1' }],
    ['a fractional expiry', { aud: 'posted', iss: 'i', exp: nowSeconds + 60.5 }],
  ])('is accepted with %s', (_, claims) => {
    expect(settled(withSecret({ issuer: 'i', audience: 'posted' }).verify(token(claims))).id).toBe(user);
  });
});

const malformed = 'The token is malformed.';
const badSignature = "The token's signature is invalid.";
const badSubject = "The token's subject (sub) is not a user id.";
const noExpiry = 'The token has no expiry (exp).';
const expired = 'The token has expired.';
const otherIssuer = 'The token is from another issuer.';
const otherAudience = 'The token is for another audience.';
const valid = token({});
const [head = '', body = '', tail = ''] = valid.split('.');

describe('a server with a secret', () => {
  const tokens = withSecret();

  it.each([
    ['nothing', '', 'The token is missing.'],
    ['a space', ' ', malformed],
    ['a word', 'token', malformed],
    ['two parts', `${head}.${body}`, malformed],
    ['four parts', `${valid}.${tail}`, malformed],
    ['only dots', '..', malformed],
    ['a leading space', ` ${valid}`, malformed],
    ['a trailing space', `${valid} `, malformed],
    ['a trailing line break', `${valid}\n`, malformed],
    ['an inner space', `${head}. ${body}.${tail}`, malformed],
    ['non-ASCII letters', `${head}.${body}.тест🙂`, malformed],
    ['an inner U+0000', `${head}\0.${body}.${tail}`, malformed],
    ['padding', `${head}=.${body}.${tail}`, malformed],
    ['a header that is not JSON', `${encode('{')}.${body}.${tail}`, malformed],
    ['a header that is null', `${encode('null')}.${body}.${tail}`, malformed],
    ['a header that is a number', `${encode('1')}.${body}.${tail}`, badSignature],
    ['a header without an algorithm', forge({ typ: 'JWT' }, good, hs256(secret)), badSignature],
    ['a payload that is not JSON', forge(hs, '{', hs256(secret)), malformed],
    ['a payload that is a string', forge({ alg: 'HS256' }, 'hello', hs256(secret)), malformed],
    ['a payload that is a number', forge(hs, '1', hs256(secret)), noExpiry],
    ['a payload that is an array', forge(hs, [good], hs256(secret)), noExpiry],
    ['a payload that is null', forge(hs, 'null', hs256(secret)), badSignature],
    ['1 MB of one letter', 'a'.repeat(1_048_576), 'The token is too long.'],
    ['1 MB with a valid signature', token({ filler: 'a'.repeat(1_048_576) }), 'The token is too long.'],
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
    ['hs256 in lowercase', token({}, { alg: 'hs256' }), badSignature],
    ['RS256', forge({ alg: 'RS256' }, good, rs256(rsa.privateKey)), badSignature],
    ['an alg that is an array', token({}, { alg: ['HS256'] }), badSignature],
    [
      'an unsupported critical extension',
      token({}, { ...hs, crit: ['b64'], b64: false }),
      'The token requires an unsupported extension (crit).',
    ],
    ['an expiry a second ago', token({ exp: nowSeconds - 1 }), expired],
    ['an expiry an hour ago', token({ exp: nowSeconds - 3600 }), expired],
    ['an expiry before 1970', token({ exp: -1 }), expired],
    ['no expiry', token({ exp: undefined }), noExpiry],
    ['an expiry that is null', token({ exp: null }), malformed],
    ['an expiry that is a string', token({ exp: String(good.exp) }), malformed],
    [
      'an infinite expiry',
      forge(hs, `{"sub":"${user}","exp":1e999}`, hs256(secret)),
      "The token's expiry (exp) is out of range.",
    ],
    ['an expiry beyond the range of Date', token({ exp: 1e15 }), "The token's expiry (exp) is out of range."],
    ['a start (nbf) in ten minutes', token({ nbf: nowSeconds + 600 }), 'The token is not valid yet.'],
    ['a start (nbf) that is a string', token({ nbf: '0' }), malformed],
    ['no subject', token({ sub: undefined }), badSubject],
    ['an empty subject', token({ sub: '' }), badSubject],
    ['a name as its subject', token({ sub: 'ada' }), badSubject],
    ['a number as its subject', token({ sub: 1 }), badSubject],
    ['an array as its subject', token({ sub: [user] }), badSubject],
    ['a URN as its subject', token({ sub: `urn:uuid:${user}` }), badSubject],
    ['a line break after its subject', token({ sub: `${user}\n` }), badSubject],
  ])('rejects %s', (_, hostile, message) => {
    const error = rejection(() => tokens.verify(hostile));
    expect(error.code).toBe('unauthorized');
    expect(error.message).toBe(message);
    expect(error.cause).toBeUndefined();
  });

  it('reads the user id in lower case from an uppercase UUID', () => {
    expect(tokens.verify(token({ sub: user.toUpperCase() }))).toMatchObject({ id: user });
  });

  it.each([
    ['no issuer', { aud: 'posted' }, otherIssuer],
    ['another issuer', { aud: 'posted', iss: 'j' }, otherIssuer],
    ['an array of issuers', { aud: 'posted', iss: ['i'] }, otherIssuer],
    ['no audience', { iss: 'i' }, otherAudience],
    ['another audience', { iss: 'i', aud: 'elsewhere' }, otherAudience],
    ['an empty audience array', { iss: 'i', aud: [] }, otherAudience],
    ['a longer audience', { iss: 'i', aud: 'posted.example' }, otherAudience],
  ])('that expects an issuer and an audience rejects %s', (_, claims, message) => {
    const error = rejection(() => withSecret({ issuer: 'i', audience: 'posted' }).verify(token(claims)));
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
    [
      'a signature by another RSA key',
      rsa.pem,
      forge({ alg: 'RS256' }, good, rs256(rsaPair(2048).privateKey)),
    ],
    ['a signature by another P-256 key', p256.pem, forge({ alg: 'ES256' }, good, es256(other.privateKey))],
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
  ])('rejects %s', (_, pem, hostile) => {
    const error = rejection(() => createTokens({ keys: singleKey(publicKey(pem)) }).verify(hostile));
    expect(error.code).toBe('unauthorized');
    expect(error.message).toBe(badSignature);
  });
});
