import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openFeedLog } from '../../../src/feed-server/services/open-feed-log.ts';
import { readSettings } from '../../../src/feed-server/settings/read-settings.ts';
import { silentLog } from '../../../src/runtime/shared/log.ts';
import { registerUser, startFeed, type TestUser } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { acknowledge, postAll, subscribe, takePosts, takeReady, textsOf } from '../resumable-client.ts';

const production = { NODE_ENV: 'production', HOST: '127.0.0.1' };

/** Settings of the database. */
type Database = Readonly<Record<string, string>>;

/** The devices that are stored, read by a log of its own after the server has stopped. */
async function storedDevices(env: Database): Promise<number> {
  const settings = readSettings({ env });
  await using log = await openFeedLog({ settings, log: silentLog });
  const rows = await log.engine
    .reads<{ posted_device: { device: string } }>()
    .selectFrom('posted_device')
    .select('device')
    .execute();
  return rows.length;
}

function describeDevices(createDatabase: () => Promise<Database>): void {
  it.each([
    ['clients that claim them', (device: number) => `since=acked&device=d${device}&instance=one.1`],
    ['clients that claim nothing', (device: number) => `since=now&device=d${device}`],
  ])('has at most 100 devices, also with %s', async (_clients, queryOf) => {
    const database = await createDatabase();
    const feed = await startFeed({ ...production, ...database });
    const ada = await registerUser(feed.url);
    for (let device = 0; device < 150; device += 1) {
      const client = await subscribe(feed, ada, queryOf(device));
      client.webSocket.terminate();
    }
    await feed.server.close();
    expect(await storedDevices({ DATA_DIR: feed.dataDir, ...database })).toBe(100);
  });

  it('keeps the device that it uses', async () => {
    const feed = await startFeed({ ...production, ...(await createDatabase()), MAX_DEVICES_PER_USER: '2' });
    const [ada, bea] = [await registerUser(feed.url), await registerUser(feed.url)];
    const open = (user: TestUser, device: string, attempt: number) =>
      subscribe(feed, user, `since=acked&device=${device}&instance=one.${attempt}`);
    const phone = await open(ada, 'phone', 1);
    await takeReady(phone);
    await postAll(bea, ['a', 'b']);
    acknowledge(phone, (await takePosts(phone, 2))[0]?.cursor);
    await wait(1000);
    for (let attempt = 1; attempt < 4; attempt += 1) {
      await takeReady(await open(ada, `other${attempt}`, 1));
      const again = await open(ada, 'phone', attempt + 1);
      expect((await takeReady(again)).resumed).toBe(true);
      expect(textsOf(await takePosts(again, 1))).toEqual(['b']);
    }
  });
}

describe('a user of the embedded store', () => {
  describeDevices(async () => ({}));
});

describePostgres('a user of PostgreSQL', (server) => {
  describeDevices(async () => ({ DATABASE_URL: await server().createDatabase() }));
});
