import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breaksAt, type Load, needsOf, partitionsFor } from '../../bench/scaling/model.ts';
import { sampleFollowers } from '../../bench/scaling/sample-followers.ts';
import { sources, units } from '../../bench/scaling/units.ts';
import { runNode } from '../support/server-process.ts';

const root = join(import.meta.dirname, '../..');

const load: Load = {
  connections: 100_000,
  onlineShare: 0.1,
  postsPerUserAndDay: 1,
  peak: 2,
  followsPerUser: 100,
  sessionSeconds: 600,
  leastNodes: 1,
  partitions: 1,
};
const followers = sampleFollowers(1, 500);

describe('docs/scaling.md', () => {
  it('shows what the simulation prints', async () => {
    const text = readFileSync(join(root, 'docs/scaling.md'), 'utf8');
    const [, shown] = /<!-- simulate -->\n\n([\s\S]*?)\n<!-- \/simulate -->/.exec(text) ?? [];
    const { code, stdout } = await runNode(['bench/scaling/simulate.ts']);
    expect(code).toBe(0);
    expect(shown).toBe(stdout);
  });

  it('names an existing benchmark as the source of each unit, or an assumption', () => {
    for (const [name, { source }] of Object.entries(sources)) {
      expect(source, name).toMatch(/^(measured|measured earlier|assumed|by design|the default of [A-Z_]+)\b/);
      for (const [file] of source.matchAll(/bench\/[\w/-]+\.ts/g)) {
        expect(() => readFileSync(join(root, file))).not.toThrow();
      }
    }
  });
});

describe('the simulation', () => {
  it('gives the same output for the same seed, and refuses an invalid one', async () => {
    expect(sampleFollowers(7, 100)).toEqual(sampleFollowers(7, 100));
    expect(sampleFollowers(7, 100)).not.toEqual(sampleFollowers(8, 100));
    const { code, stderr } = await runNode(['bench/scaling/simulate.ts', '--seed=x']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--seed must be an integer')]);
  });

  it('agrees with a calculation by hand', () => {
    const { postsPerSecond, deliveriesPerSecond, handshakesPerSecond } = needsOf(load, units, followers);
    // 1,000,000 users with one post a day each, and a peak of twice the mean.
    expect(postsPerSecond).toBeCloseTo((1_000_000 / 86_400) * 2);
    // 10 of 100 readers are online.
    expect(deliveriesPerSecond).toBeCloseTo(postsPerSecond * 10);
    expect(handshakesPerSecond).toBeCloseTo((100_000 / 600) * 2);
  });

  it('needs more nodes for more load, up to the limit of events per node', () => {
    const large = { ...load, connections: 1_000_000 };
    const few = needsOf(large, units, followers).nodes;
    for (const more of [{ connections: 2_000_000 }, { followsPerUser: 1000 }, { postsPerUserAndDay: 30 }]) {
      const { nodes } = needsOf({ ...large, ...more }, units, followers);
      expect(nodes).toBeGreaterThan(few);
      expect(nodes).toBeLessThan(Infinity);
    }
    expect(needsOf({ ...large, postsPerUserAndDay: 300 }, units, followers).nodes).toBe(Infinity);
  });

  it('finds where a limit is reached, and the partitions that avoid it', () => {
    const connections = breaksAt('head', load, units, followers);
    expect(needsOf({ ...load, connections }, units, followers).limits.head).toBeCloseTo(1, 2);
    const large = { ...load, connections: 4 * connections };
    const partitions = partitionsFor(large, units, followers);
    const { limits } = needsOf({ ...large, partitions }, units, followers);
    for (const used of Object.values(limits)) expect(used).toBeLessThanOrEqual(1);
  });
});
