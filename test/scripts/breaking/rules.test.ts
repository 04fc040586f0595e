import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rules } from '../../../scripts/posted/breaking/rules.ts';

describe('every rule', () => {
  it('has a case in these tests', () => {
    const own = readdirSync(import.meta.dirname).map((name) =>
      readFileSync(join(import.meta.dirname, name), 'utf8'),
    );
    const missing = Object.entries(rules).filter(
      ([rule, { verdict }]) => !own.some((source) => source.includes(`${verdict} ${rule}`)),
    );
    expect(missing).toEqual([]);
  });

  it('is explained in docs/breaking.md', () => {
    const page = readFileSync('docs/breaking.md', 'utf8');
    const missing = Object.entries(rules).filter(
      ([rule, { verdict, reason }]) => !page.includes(`| \`${rule}\` | ${verdict} | ${reason} |`),
    );
    expect(missing).toEqual([]);
  });
});
