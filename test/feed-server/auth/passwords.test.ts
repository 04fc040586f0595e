import { describe, expect, it } from 'vitest';
import { createPasswords } from '../../../src/feed-server/auth/passwords.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';

describe('passwords', () => {
  const passwords = createPasswords({ maxPending: 8 });

  it('are kept as Argon2id with 19 MiB and two passes', async () => {
    expect(await passwords.hash('analytical engine')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('are salted: the same one gives another hash', async () => {
    expect(await passwords.hash('twice')).not.toBe(await passwords.hash('twice'));
  });

  it.each([
    ['itself', 'analytical engine', 'analytical engine', true],
    ['another one', 'analytical engine', 'analytical engines', false],
    ['another case', 'analytical engine', 'Analytical engine', false],
    ['a space more', 'analytical engine', 'analytical engine ', false],
    ['itself, decomposed', 'ma\u00f1ana', 'man\u0303ana', true],
    ['itself, in full width', 'pass1', '\uff50\uff41\uff53\uff53\uff11', true],
    ['another accent', 'ma\u00f1ana', 'manana', false],
    ['itself, of 1,000 letters', 'x'.repeat(1000), 'x'.repeat(1000), true],
    ['one that differs in its last letter of 1,000', 'x'.repeat(1000), `${'x'.repeat(999)}y`, false],
  ])('match %s or not', async (_, password, tried, matches) => {
    expect(await passwords.verify(await passwords.hash(password), tried)).toBe(matches);
  });
});

describe('too many passwords at a time', () => {
  it('are refused with a time for the next try, until the others are done', async () => {
    const passwords = createPasswords({ maxPending: 2 });
    const atWork = [passwords.hash('one'), passwords.hash('two')];
    const refused = await passwords.hash('three').catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(PostedError);
    expect(refused).toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    const hashes = await Promise.all(atWork);
    expect(await passwords.verify(hashes[0] ?? '', 'one')).toBe(true);
  });

  it('do not count those that failed', async () => {
    const passwords = createPasswords({ maxPending: 1 });
    const failed = await passwords.verify('no hash', 'one').catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(Error);
    expect(failed).not.toBeInstanceOf(PostedError);
    expect(await passwords.hash('one')).toContain('$argon2id$');
  });
});
