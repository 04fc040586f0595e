import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { redis } from '../../../scripts/dev/services/redis.ts';
import { openLog } from '../../../src/runtime/log/index.ts';
import { silentLog } from '../../../src/runtime/shared/log.ts';
import { describeEngine } from '../../support/engines/describe-engine.ts';
import { bids, connectMarket, offer, startMarket } from './start-market.ts';

/** The token of somebody who has sent nothing yet. */
function newUser(): string {
  return randomBytes(8)
    .toString('hex')
    .replaceAll(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)));
}

async function offers(urls: readonly string[]): Promise<readonly number[]> {
  const user = newUser();
  const statuses: number[] = [];
  for (const url of urls) statuses.push((await offer(url, user)).status);
  return statuses;
}

describeEngine(redis, 'servers with hints over Redis', (engine) => {
  // On a busy machine, Redis may answer too late, and then the servers count for themselves for a moment: the tests poll.

  it('count the messages and requests of a user together, and each for itself while Redis is down', async () => {
    await engine().ensureRunning();
    const hints = engine().url;
    const [one, two] = [await startMarket({ hints }), await startMarket({ hints })];
    const urls = [one.url, two.url, one.url, two.url];

    async function bidOnBoth(): Promise<readonly string[]> {
      const user = newUser();
      const first = await connectMarket(one.socketUrl, user);
      first.send(...bids(2));
      await first.take(2);
      const second = await connectMarket(two.socketUrl, user);
      second.send(...bids(2));
      return (await second.take(2)).map((frame) => (JSON.parse(frame) as { readonly type: string }).type);
    }

    await expect.poll(bidOnBoth).toEqual(['bidAccepted', 'error']);
    await expect.poll(() => offers(urls)).toEqual([200, 200, 429, 429]);
    await engine().kill();
    expect(await offers([...urls, ...urls])).toEqual([200, 200, 200, 200, 429, 429, 429, 429]);
    expect(await bidOnBoth()).toEqual(['bidAccepted', 'bidAccepted']);
    await engine().start();
    await expect.poll(() => offers(urls)).toEqual([200, 200, 429, 429]);
  });

  it('count together if the hints are those of a log', async () => {
    await engine().ensureRunning();

    async function startWithLog(): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), 'posted-limits-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const eventLog = await openLog({ database: { folder }, brokerUrl: engine().url, log: silentLog });
      onTestFinished(() => eventLog.close());
      return (await startMarket({ eventLog })).url;
    }

    const [one, two] = [await startWithLog(), await startWithLog()];
    await expect.poll(() => offers([one, two, one])).toEqual([200, 200, 429]);
  });

  it('count with the limiter of the application, if it has one', async () => {
    await engine().ensureRunning();
    const { url } = await startMarket({
      hints: engine().url,
      limiter: () => ({ take: () => 1500 }),
    });
    expect(await offers([url])).toEqual([429]);
  });
});
