import { describe, expect, it } from 'vitest';
import { createPasswords } from '../../../src/feed-server/auth/passwords.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';

describe('passwords', () => {
  const passwords = createPasswords({ maxPending: 8 });

  it('are hashed with Argon2id, 19 MiB and two passes', async () => {
    expect(await passwords.hash('analytical engine')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('are salted: the same password has a new hash each time', async () => {
    expect(await passwords.hash('twice')).not.toBe(await passwords.hash('twice'));
  });

  it.each([
    ['the same password', 'analytical engine', 'analytical engine', true],
    ['a longer password', 'analytical engine', 'analytical engines', false],
    ['a different case', 'analytical engine', 'Analytical engine', false],
    ['an extra space', 'analytical engine', 'analytical engine ', false],
    ['the same password, decomposed', 'ma\u00f1ana', 'man\u0303ana', true],
    ['the same password, full-width', 'pass1', '\uff50\uff41\uff53\uff53\uff11', true],
    ['a missing accent', 'ma\u00f1ana', 'manana', false],
    ['the same 1,000 letters', 'x'.repeat(1000), 'x'.repeat(1000), true],
    ['1,000 letters of which the last differs', 'x'.repeat(1000), `${'x'.repeat(999)}y`, false],
  ])('are compared with %s', async (_, password, attempt, matches) => {
    expect(await passwords.verify(await passwords.hash(password), attempt)).toBe(matches);
  });
});

describe('too many concurrent passwords', () => {
  it('are rejected with a retry time until the others are done', async () => {
    const passwords = createPasswords({ maxPending: 2 });
    const running = [passwords.hash('one'), passwords.hash('two')];
    const rejected = await passwords.hash('three').catch((thrown: unknown) => thrown);
    expect(rejected).toBeInstanceOf(PostedError);
    expect(rejected).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
    const hashes = await Promise.all(running);
    expect(await passwords.verify(hashes[0] ?? '', 'one')).toBe(true);
  });

  it('do not include those that failed', async () => {
    const passwords = createPasswords({ maxPending: 1 });
    const failed = await passwords.verify('not a hash', 'one').catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(Error);
    expect(failed).not.toBeInstanceOf(PostedError);
    expect(await passwords.hash('one')).toContain('$argon2id$');
  });
});
