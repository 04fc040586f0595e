import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Results } from '../../bench/harness/results.ts';
import { runNode } from '../support/server-process.ts';
import { outlineOf } from './outline.ts';

let folder: string;
let out: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'posted-bench-test-'));
  out = join(folder, 'results');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: readonly string[]) {
  return runNode(['bench/bench.ts', ...args], { PATH: process.env.PATH ?? '' });
}

const trial = ['--peers', 'posted,ws-send', '--rounds', '1', '--trial'];

describe('npm run bench', () => {
  let firstRun: ReturnType<typeof bench> | null = null;
  /** A run of two scenarios, which tests share because it takes long. */
  const runOnce = () => {
    firstRun ??= bench('fan-out-1000x8', 'resumable-x1', ...trial, '--out', out);
    return firstRun;
  };

  it('writes tables, JSON and plots', async () => {
    const { code, stdout, stderr } = await runOnce();
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('fan-out-1000x8, round 1 of 1: Posted, turn 5 of 5');

    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(results.scenarios.map(({ name }) => name)).toEqual(['fan-out-1000x8', 'resumable-x1']);
    const subjects = results.scenarios.flatMap((scenario) => scenario.subjects);
    expect(subjects.map(({ name }) => name)).toEqual(['posted', 'ws-send', 'plain', 'resumable']);
    for (const { values, wrong } of subjects) {
      expect(wrong).toEqual([]);
      expect(values.deliveriesPerSecond?.median).toBeGreaterThan(0);
      expect(values.rssMb?.median).toBeGreaterThan(1);
    }
    const targets = results.scenarios.flatMap((scenario) => scenario.targets);
    expect(targets.map(({ subject, against }) => [subject, against])).toEqual([
      ['posted', 'ws-send'],
      ['resumable', 'plain'],
    ]);
    for (const { verdict } of targets) expect(['met', 'not met']).toContain(verdict);

    expect(readFileSync(join(out, 'tables.md'), 'utf8')).toBe(stdout);
    expect(stdout).toMatch(/^\| Posted \| [\d.,]+ \([\d.,]+ to [\d.,]+\) \|/m);
    for (const { name, title } of results.scenarios) {
      const { texts } = outlineOf(readFileSync(join(out, `${name}.svg`), 'utf8'));
      expect(texts).toContain(title);
    }
  });

  it('writes tables to a document and plots to its folder, and compares with an earlier run', async () => {
    const file = join(folder, 'report.md');
    writeFileSync(file, 'Before.\n\n<!-- results -->\n\nold\n<!-- /results -->\n\nAfter.\n');
    await runOnce();
    const earlier = join(out, 'results.json');
    const { code, stdout } = await bench('fan-out-1000x8', ...trial, '--report', file, '--against', earlier);
    expect(code).toBe(0);
    const [tables = '', comparison] = stdout.split('\n## Against the run of ');
    expect(comparison).toMatch(
      /^\| fan-out-1000x8: server CPU per delivery, Posted \/ ws, send to each \| /m,
    );
    const shown = tables.replace('](fan-out', '](report/fan-out');
    expect(readFileSync(file, 'utf8')).toBe(
      `Before.\n\n<!-- results -->\n\n${shown}\n<!-- /results -->\n\nAfter.\n`,
    );
    expect(readdirSync(join(folder, 'report')).toSorted()).toEqual(['fan-out-1000x8.svg', 'results.json']);
  });

  it('refuses a document without markers before it measures', async () => {
    const file = join(folder, 'unmarked.md');
    writeFileSync(file, 'No markers.\n');
    const { code, stderr } = await bench('--report', file);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `${file} must contain the markers <!-- results --> and <!-- /results -->.\n`,
    });
  });

  it('lists scenarios and peers', async () => {
    const { code, stdout } = await bench('--list');
    expect(code).toBe(0);
    for (const name of ['fan-out-10000x8', 'resumable-x8', 'growth-x1', 'posted', 'ws-send', 'c-limit']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(stdout).toMatch(/^\* nodes /m);
  });

  it('has a help text', async () => {
    const { code, stdout } = await bench('--help');
    expect(code).toBe(0);
    for (const option of [
      '--list',
      '--peers',
      '--rounds',
      '--quick',
      '--out',
      '--report',
      '--against',
      '--trial',
    ]) {
      expect(stdout).toContain(option);
    }
  });

  it.each([
    [['fan-in'], 'Unknown scenario fan-in. Known: fan-out-1000x1,'],
    [['--peers', 'posted,nobody'], 'Unknown peer nobody. Known: posted,'],
    [['--rounds', '0'], '--rounds must be an integer from 1 to 99.'],
    [['--faster'], "Unknown option '--faster'"],
  ])('exits with 2 and the reason for %j', async (args, message) => {
    const { code, stdout, stderr } = await bench(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
