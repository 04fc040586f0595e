import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/feed-server/settings/read-settings.ts';

describe('DATABASE_URL', () => {
  it.each([
    'postgres://localhost/posted',
    'postgresql://posted:p%40ss@[::1]:5433/posted?sslmode=verify-full',
    'postgres://posted:secret@/posted?host=/var/run/postgresql',
  ])('may be %s', (url) => {
    expect(readSettings({ env: { DATABASE_URL: url } }).databaseUrl?.reveal()).toBe(url);
  });

  it('must be a valid URL, with an encoded password', () => {
    const env = { DATABASE_URL: 'postgres://posted:hunter2#1@db/posted' };
    expect(() => readSettings({ env })).toThrow(
      /DATABASE_URL: this is not a valid URL\. Allowed: .*percent-encoded\.$/,
    );
  });

  it('does not reveal its password when settings are printed', () => {
    const settings = readSettings({ env: { DATABASE_URL: 'postgres://posted:hunter2@db/posted' } });
    const printed = inspect(settings, { depth: 9, showHidden: true });
    expect(`${printed}${JSON.stringify(settings)}`).not.toContain('hunter2');
  });
});
