import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/feed-server/settings/read-settings.ts';

function parse(MAX_WRONG_PASSWORDS: string) {
  return readSettings({ env: { MAX_WRONG_PASSWORDS } }).maxWrongPasswords;
}

describe('a setting with rates', () => {
  it('is a list in seconds, minutes, hours and days', () => {
    expect(parse('5/10s, 10/2m,30/6h,100/1d')).toEqual([
      { rate: 5, seconds: 10 },
      { rate: 10, seconds: 120 },
      { rate: 30, seconds: 21_600 },
      { rate: 100, seconds: 86_400 },
    ]);
  });

  it('may be none', () => {
    expect(parse('none')).toEqual([]);
  });

  it.each(['0', '0/1s', '5/0s', '5', '5/s', '5/10', '5/10w', '5/10s,', '5/10s,none', '-5/10s', '1.5/10s'])(
    'cannot be %s',
    (text) => {
      expect(() => parse(text)).toThrow(
        /MAX_WRONG_PASSWORDS: ".*" is not allowed\. Allowed: a comma-separated list/,
      );
    },
  );
});
