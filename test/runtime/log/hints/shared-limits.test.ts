import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createClient } from '@redis/client';
import { expect, it, onTestFinished } from 'vitest';
import { redis } from '../../../../scripts/dev/services/redis.ts';
import { createSharedLimits } from '../../../../src/runtime/log/index.ts';
import type { Limit } from '../../../../src/runtime/shared/limits/limit.ts';
import {
  type Counter,
  countLimits,
  createLimitCheck,
  type Wait,
} from '../../../../src/runtime/shared/limits/limiter.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { describeEngine } from '../../../support/engines/describe-engine.ts';

const hourly: Limit = { per: 'user', rate: 3, seconds: 3600 };

/** At the same time. */
function takeAll(counter: Counter, ...keys: readonly string[]): Promise<readonly Wait[]> {
  return Promise.all(keys.map(async (key) => await counter.take(key)));
}

describeEngine(redis, 'limits in Redis', (engine) => {
  /** One node of an application, which starts to connect when the test says so. */
  function createNode({ topic = `test.${randomUUID()}`, user = '', maxWaitMs = 30_000, maxKeys = 100 } = {}) {
    const { config } = engine();
    const logged: string[] = [];
    const limits = createSharedLimits(
      `${engine().url.replace(config.user, user || config.user)}?topic=${topic}`,
      {
        // An answer may take long on a busy machine.
        maxWaitMs,
        maxKeys,
        log: {
          ...silentLog,
          info: (_fields: object, message: string) => void logged.push(message),
          warn: (fields: object, message: string) =>
            void logged.push(`${message}: ${JSON.stringify(fields)}`),
        },
      },
    );
    if (limits === null) throw new Error('the engine cannot count');
    onTestFinished(() => limits.close());
    return { topic, logged, limits, limiter: limits.limiterOf('Market') };
  }

  async function connect() {
    const client = createClient({ url: engine().url });
    onTestFinished(() => client.destroy());
    return await client.connect();
  }

  /** The number of keys that Redis has counted, by limit. */
  async function countKeys(topic: string): Promise<Readonly<Record<string, number>>> {
    const client = await connect();
    const names = await client.keys(`${topic}*`);
    return Object.fromEntries(
      await Promise.all(names.toSorted().map(async (name) => [name, await client.hLen(name)] as const)),
    );
  }

  it('nodes count together, each application and limit for itself', async () => {
    await engine().ensureRunning();
    const one = createNode();
    const two = createNode(one);
    const [first, second] = [one.limiter('bid', hourly), two.limiter('bid', hourly)];
    const others = [one.limits.limiterOf('Shop')('bid', hourly), one.limiter('sell', hourly)];
    await Promise.all([one.limits.start(), two.limits.start()]);
    const waits = [await first.take('ann'), await second.take('ann'), await first.take('ann')];
    expect(waits).toEqual([0, 0, 0]);
    const wait = await second.take('ann');
    expect(wait).toBeGreaterThan(1_100_000);
    expect(wait).toBeLessThanOrEqual(1_200_000);
    expect(await second.take('bob')).toBe(0);
    expect([await others[0]?.take('ann'), await others[1]?.take('ann')]).toEqual([0, 0]);
    expect(one.logged).toEqual(['limits are counted in Redis']);
  });

  it('allows more as time goes by, after a burst', async () => {
    await engine().ensureRunning();
    const { limits, limiter } = createNode();
    const counter = limiter('bid', { ...hourly, rate: 2, seconds: 1 });
    await limits.start();
    expect([await counter.take('ann'), await counter.take('ann')]).toEqual([0, 0]);
    const wait = await counter.take('ann');
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(500);
    await expect.poll(() => counter.take('ann')).toBe(0);
  });

  it('does not lock clients out after the clock of Redis was set back', async () => {
    await engine().ensureRunning();
    const { limits, limiter, topic } = createNode();
    const counter = limiter('bid', hourly);
    await limits.start();
    const tomorrowUs = (Date.now() + 24 * 3_600_000) * 1000;
    await (await connect()).hSet(`${topic}.limits:Market:bid:newer`, 'ann', String(tomorrowUs));
    expect(await counter.take('ann')).toBe(1_200_000);
  });

  it('checks several limits with one command, and does not count for those behind an exceeded one', async () => {
    await engine().ensureRunning();
    const { limits, limiter, topic } = createNode();
    const all = countLimits('bid', [hourly, { ...hourly, per: 'address', rate: 5 }], limiter);
    const check = createLimitCheck(all, limiter);
    await limits.start();
    const client = await connect();
    const calls = async () =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1]);
    const before = await calls();
    const waits: boolean[] = [];
    for (const id of ['ann', 'ann', 'ann', 'ann', 'ann', 'bob', 'bob', 'bob']) {
      waits.push(((await check?.({ user: { id }, address: '::1' })) ?? 0) > 0);
    }
    expect(waits).toEqual([false, false, false, true, true, false, false, true]);
    expect((await calls()) - before).toBe(8);
    expect(Object.keys(await countKeys(topic))).toEqual([
      `${topic}.limits:Market:bid 0 user 3 3600 :newer`,
      `${topic}.limits:Market:bid 1 address 5 3600 :newer`,
    ]);
  });

  it('keeps a bounded number of keys, of which the least recently used are forgotten', async () => {
    await engine().ensureRunning();
    const { limits, limiter, topic } = createNode({ maxKeys: 20 });
    const counter = limiter('bid', { ...hourly, burst: 1 });
    await limits.start();
    expect(await counter.take('ann')).toBe(0);
    for (let round = 0; round < 10; round += 1) {
      await takeAll(counter, ...Array.from({ length: 9 }, (_, index) => `${round} ${index}`));
      expect(await counter.take('ann')).toBeGreaterThan(0);
    }
    const name = `${topic}.limits:Market:bid`;
    expect(await countKeys(topic)).toEqual({ [`${name}:newer`]: expect.any(Number), [`${name}:older`]: 10 });
    expect(await counter.take('0 0')).toBe(0);
  });

  it('leaves nothing behind in Redis when all clients have their allowance again', async () => {
    await engine().ensureRunning();
    const { limits, limiter, topic } = createNode();
    const [slow, fast] = [limiter('slow', hourly), limiter('fast', { ...hourly, rate: 2, seconds: 1 })];
    await limits.start();
    await takeAll(slow, 'ann', 'ann', 'bob');
    expect(await takeAll(fast, 'ann', 'ann', 'bob')).toEqual([0, 0, 0]);
    const name = `${topic}.limits:Market:slow:newer`;
    const client = await connect();
    const leftMs = await client.pTTL(name);
    expect(leftMs).toBeGreaterThan(2_300_000);
    expect(leftMs).toBeLessThanOrEqual(2_400_000);
    await expect.poll(() => countKeys(topic)).toEqual({ [name]: 2 });
  });

  it('counts in memory with one warning while Redis is down, and returns to it', async () => {
    await engine().ensureRunning();
    const one = createNode();
    const two = createNode(one);
    const [first, second] = [one.limiter('bid', hourly), two.limiter('bid', hourly)];
    await Promise.all([one.limits.start(), two.limits.start()]);
    expect(await first.take('ann')).toBe(0);
    await engine().kill();
    const waits = await takeAll(first, ...Array<string>(5).fill('ann'));
    expect(waits.map((wait) => wait > 0)).toEqual([false, false, false, true, true]);
    expect(await second.take('ann')).toBe(0);
    expect(second.take('ann')).toBe(0);
    expect(one.logged).toHaveLength(2);
    expect(one.logged[1]).toMatch(
      /^limits cannot be counted in Redis: until it is back, this process counts for itself: \{"redis":"redis:\/\/127.0.0.1:\d+","cause":/,
    );
    await engine().start();
    await expect.poll(() => [one.logged.at(2), two.logged.at(2)]).toEqual(Array(2).fill(one.logged[0]));
    expect([await first.take('bob'), await second.take('bob'), await first.take('bob')]).toEqual([0, 0, 0]);
    expect(await second.take('bob')).toBeGreaterThan(0);
    expect(one.logged).toHaveLength(3);
  });

  it('waits a moment at most while Redis hangs, once', async () => {
    await engine().ensureRunning();
    const { limits, limiter, logged } = createNode({ maxWaitMs: 200 });
    const counter = limiter('bid', hourly);
    await limits.start();
    await expect.poll(() => logged.at(-1)).toBe('limits are counted in Redis');
    engine().freeze();
    const startMs = performance.now();
    const waits = await takeAll(counter, ...Array<string>(4).fill('ann'));
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(waits.map((wait) => wait > 0)).toEqual([false, false, false, true]);
    expect(counter.take('ann')).toBeGreaterThan(0);
    expect(logged.at(-1)).toContain('no answer within 200 ms');
    engine().thaw();
    await expect.poll(async () => await counter.take('bob')).toBe(0);
    await expect.poll(() => logged.at(-1)).toBe('limits are counted in Redis');
  });

  it('counts in memory until its user gets the rights in the documentation', async () => {
    await engine().ensureRunning();
    const { password } = engine().config;
    const client = await connect();
    await client.sendCommand([
      'ACL',
      'SETUSER',
      'hinter',
      'on',
      `>${password}`,
      '&*',
      '+@pubsub',
      '+@connection',
    ]);
    const { limits, limiter, logged, topic } = createNode({ user: 'hinter' });
    const counter = limiter('bid', { ...hourly, rate: 1 });
    await limits.start();
    expect(counter.take('ann')).toBe(0);
    expect(counter.take('ann')).toBeGreaterThan(0);
    expect(logged).toEqual([expect.stringContaining('NOPERM')]);
    expect(logged[0]).not.toContain(password);
    const scaling = await readFile('docs/scaling.md', 'utf8');
    const [, rights = ''] = /restricted rights\*\* (.*?)\n\n/s.exec(scaling) ?? [];
    const granted = [...rights.matchAll(/`([~+][^`]*)`/g)].map(([, right = '']) =>
      right.replace('posted.hints', topic),
    );
    await client.sendCommand(['ACL', 'SETUSER', 'hinter', ...granted]);
    await expect.poll(() => logged.at(-1)).toBe('limits are counted in Redis');
    expect([await counter.take('bob'), await counter.take('bob')]).toEqual([0, expect.any(Number)]);
    expect(await countKeys(topic)).toEqual({ [`${topic}.limits:Market:bid:newer`]: 1 });
  });

  it('connects once there is something to count', async () => {
    await engine().ensureRunning();
    const { limits, limiter, logged, topic } = createNode();
    await limits.start();
    const client = await connect();
    const others = async () => (await client.clientList()).filter(({ name }) => name === 'posted').length;
    expect(await others()).toBe(0);
    const counter = limiter('bid', hourly);
    await expect.poll(() => logged).toEqual(['limits are counted in Redis']);
    expect(await others()).toBe(1);
    await counter.take('ann');
    await limits.close();
    expect(await others()).toBe(0);
    expect(Object.values(await countKeys(topic))).toEqual([1]);
    expect([counter.take('ann'), counter.take('ann')]).toEqual([0, 0]);
  });
});
