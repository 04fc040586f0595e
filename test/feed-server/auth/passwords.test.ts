import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../../src/feed-server/auth/passwords.ts';

describe('passwords', () => {
  it('are hashed with Argon2id, 19 MiB and two passes', async () => {
    expect(await hashPassword('analytical engine')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('are salted: the same password has a new hash each time', async () => {
    expect(await hashPassword('twice')).not.toBe(await hashPassword('twice'));
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
    expect(await verifyPassword(await hashPassword(password), attempt)).toBe(matches);
  });

  it('are wrong without a hash', async () => {
    expect(await verifyPassword(null, 'analytical engine')).toBe(false);
  });

  it('are not compared with a hash that is damaged', async () => {
    await expect(verifyPassword('not a hash', 'one')).rejects.toBeInstanceOf(Error);
  });
});
