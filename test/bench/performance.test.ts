import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderSvg } from '../../bench/harness/render-svg.ts';
import { renderTables } from '../../bench/harness/render-tables.ts';
import { readResults } from '../../bench/harness/write-results.ts';

const docs = join(import.meta.dirname, '../../docs');
const results = await readResults(join(docs, 'performance/results.json'));

describe('docs/performance.md', () => {
  it('contains the tables of the saved run', () => {
    const text = readFileSync(join(docs, 'performance.md'), 'utf8');
    const [, shown] = /<!-- results -->\n\n([\s\S]*?)\n<!-- \/results -->/.exec(text) ?? [];
    expect(shown).toBe(renderTables(results, 'performance/'));
  });

  it('contains the plots of the saved run', () => {
    for (const scenario of results.scenarios) {
      const svg = readFileSync(join(docs, `performance/${scenario.name}.svg`), 'utf8');
      expect(svg === renderSvg(scenario), scenario.name).toBe(true);
    }
  });

  it('contains a valid run', () => {
    for (const { name, subjects } of results.scenarios) {
      for (const { wrong } of subjects) expect(wrong, name).toEqual([]);
    }
  });
});
