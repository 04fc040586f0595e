import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { redis } from '../../../../scripts/dev/services/redis.ts';
import { connectToRedis } from '../../../../src/runtime/log/hints/redis-connection.ts';
import { describeEngine } from '../../../support/engines/describe-engine.ts';
import { publishForeign, startNodes, stateOf } from './engine-suite.ts';
import { joinHall, spawnHall } from './halls.ts';

describeEngine(redis, 'nodes that are connected by a broker', (engine) => {
  const urlOf = (): string => `${engine().url}?topic=test.${randomUUID()}`;

  it('serve their own connections while it is down, and share everything again once it is up', async () => {
    await engine().ensureRunning();
    const { one, two } = await startNodes(urlOf());
    const [ann, bob] = [await one.join('ann'), await two.join('bob')];
    await engine().kill();
    await expect.poll(() => [stateOf(one), stateOf(two)]).toEqual(['down', 'down']);
    for (let count = 0; count < 20_000; count += 1) one.room('blue').note?.('x'.repeat(1000));
    one.room().note?.('here');
    expect(await ann.take(1)).toEqual(['here']);
    expect(await one.room().presence()).toEqual({ count: 1, users: ['ann'], isComplete: false });
    expect(new Set(one.dropped())).toEqual(new Set(['overflow']));
    expect(one.dropped().length).toBeGreaterThanOrEqual(10_000);
    await engine().start();
    await expect.poll(() => [stateOf(one), stateOf(two)]).toEqual(['up', 'up']);
    two.room().note?.('there');
    await expect.poll(() => ann.received).toEqual(['here', 'there']);
    await expect.poll(() => one.room().presence()).toMatchObject({ count: 2, isComplete: true });
    expect(bob.received).toContain('there');
  });

  it('do not count one that was killed, and stop waiting for it', async () => {
    await engine().ensureRunning();
    const url = urlOf();
    const [staying, killed] = await Promise.all([spawnHall(url), spawnHall(url)]);
    onTestFinished(() => void staying.end('SIGKILL'));
    const ann = await joinHall(staying.url, 'ann');
    await joinHall(killed.url, 'bob');
    await expect.poll(() => ann.who()).toMatchObject({ count: 2, users: ['ann', 'bob'], isComplete: true });
    await killed.end('SIGKILL');
    await expect.poll(() => ann.who(), { timeout: 5000 }).toMatchObject({ count: 1, users: ['ann'] });
    await expect.poll(() => ann.who(), { timeout: 7000 }).toMatchObject({ count: 1, isComplete: true });
  });

  it('drop messages that are too large, received and to be sent', async () => {
    await engine().ensureRunning();
    const url = urlOf();
    const { one, two } = await startNodes(url);
    const [ann, bob] = [await one.join('ann'), await two.join('bob')];
    await publishForeign(url, connectToRedis, ['x'.repeat(2_097_152)]);
    await expect.poll(() => two.dropped()).toEqual(['too_large']);
    one.room().note?.('x'.repeat(1_000_000));
    expect(one.dropped()).toEqual(['too_large', 'too_large']);
    one.room().note?.('small');
    expect((await ann.take(2))[1]).toBe('small');
    expect(await bob.take(1)).toEqual(['small']);
  });
});
