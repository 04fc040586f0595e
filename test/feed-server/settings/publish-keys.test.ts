import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readSettings, SettingsError } from '../../../src/feed-server/settings/read-settings.ts';

const [one, two] = ['hunter2'.padEnd(32, 'x'), `${'hunter2'.padEnd(43, 'y')}=`];

function mistakeOf(PUBLISH_KEYS: string): string {
  try {
    readSettings({ env: { PUBLISH_KEYS } });
  } catch (thrown) {
    if (thrown instanceof SettingsError) return thrown.message;
    throw thrown;
  }
  return '';
}

describe('PUBLISH_KEYS', () => {
  it('gives each key a name', () => {
    const { publishKeys } = readSettings({ env: { PUBLISH_KEYS: `billing=${one}, jobs=${two}` } });
    expect(publishKeys?.reveal()).toEqual({ billing: one, jobs: two });
  });

  it('is not revealed when it is printed', () => {
    const settings = readSettings({ env: { PUBLISH_KEYS: `billing=${one}` } });
    expect(`${inspect(settings, { depth: 9, showHidden: true })}${JSON.stringify(settings)}`).not.toContain(
      one,
    );
  });

  it.each([
    [one, 'entry 1 is not allowed'],
    [`billing=${one},jobs=hunter2`, 'entry 2 is not allowed'],
    [`billing=${one},`, 'entry 2 is not allowed'],
    [`billing=${one},billing=${two}`, 'the name "billing" occurs twice'],
  ])('is refused without the key (case %#)', (text, mistake) => {
    expect(mistakeOf(text)).toContain(`PUBLISH_KEYS: ${mistake}. Allowed:`);
    expect(mistakeOf(text)).not.toContain('hunter2');
  });
});
