import { describe, expect, it, onTestFinished } from 'vitest';
import { postgres } from '../../../scripts/dev/services/postgres.ts';
import { noNetworks } from '../distant-network.ts';
import { noPgBouncer } from '../pgbouncer.ts';
import { requireService } from '../services.ts';
import { querySql, waitForSql } from '../sql.ts';
import { DatabaseUnderTest } from './database-under-test.ts';

const skipped = requireService(postgres.name, postgres.isInstalled()) ?? noPgBouncer;

const options = { nodes: 2, cuts: false, pooler: false, failovers: false, isolations: false };

async function start(given: Partial<typeof options>): Promise<DatabaseUnderTest> {
  const database = await DatabaseUnderTest.start({ ...options, ...given });
  onTestFinished(() => database.remove());
  return database;
}

function urlOf(database: DatabaseUnderTest, name: 'DATABASE_URL' | 'DATABASE_DIRECT_URL', node = 0): string {
  return database.settingsOf(node)[name] ?? '';
}

/** Inserts rows one after another until it is stopped. `stop` resolves with the ids whose commits were acknowledged. */
function insertSteadily(url: string) {
  const acknowledged: number[] = [];
  const stopping = new AbortController();
  const inserting = (async () => {
    for (let id = 1; !stopping.signal.aborted; id += 1) {
      await querySql(url, `insert into kept (id) values (${id})`).then(
        () => acknowledged.push(id),
        () => {}, // the database is down
      );
    }
  })();
  return {
    acknowledged,
    async stop(): Promise<readonly number[]> {
      stopping.abort();
      await inserting;
      return acknowledged;
    },
  };
}

/** Resolves with the ids that were lost although their commits were acknowledged, and with the number of primaries. */
async function failOverTwice(database: DatabaseUnderTest) {
  const [url, direct] = [urlOf(database, 'DATABASE_URL'), urlOf(database, 'DATABASE_DIRECT_URL')];
  await waitForSql(url);
  await querySql(url, 'create table kept (id integer primary key)');
  const inserts = insertSteadily(url);
  const served: unknown[] = [];
  for (const disturb of [
    () => database.engines.database.kill(0),
    () => database.engines.database.cut(200),
    () => database.failOver(),
    () => database.engines.database.freeze(200),
    () => database.failOver(),
  ]) {
    await disturb();
    await waitForSql(url);
    const before = inserts.acknowledged.length;
    await expect.poll(() => inserts.acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(before);
    const [row] = await querySql(
      direct,
      'select inet_server_port() as port, pg_is_in_recovery() as recovers',
    );
    expect(row).toMatchObject({ recovers: false });
    served.push(row?.port);
  }
  const acknowledged = await inserts.stop();
  const kept = new Set((await querySql(url, 'select id from kept')).map(({ id }) => id));
  return { lost: acknowledged.filter((id) => !kept.has(id)), primaries: new Set(served).size };
}

describe.skipIf(skipped !== null)(`a database under test ${skipped ?? ''}`, () => {
  it('keeps all acknowledged commits when it is killed and fails over, twice, behind PgBouncer', async () => {
    const database = await start({ pooler: true, failovers: true });
    expect(await failOverTwice(database)).toEqual({ lost: [], primaries: 3 });
  }, 240_000);

  it.skipIf(noNetworks !== null)(
    `keeps all acknowledged commits when it is also cut off ${noNetworks ?? ''}`,
    async () => {
      const database = await start({ cuts: true, pooler: true, failovers: true, isolations: true });
      expect(await failOverTwice(database)).toEqual({ lost: [], primaries: 3 });
    },
    240_000,
  );

  it('does not respond to an isolated server, and responds to the others', async () => {
    const database = await start({ isolations: true });
    await waitForSql(urlOf(database, 'DATABASE_URL'));
    const isolated = database.isolate(0, 3000);
    const startMs = performance.now();
    const respond = async (node: number): Promise<number> => {
      await querySql(urlOf(database, 'DATABASE_URL', node), 'select');
      return performance.now() - startMs;
    };
    const [isolatedMs, otherMs] = await Promise.all([respond(0), respond(1)]);
    await isolated;
    expect(isolatedMs).toBeGreaterThan(2900);
    expect(otherMs).toBeLessThan(isolatedMs);
  });

  it('cannot fail over without a standby', async () => {
    const database = await start({});
    await expect(database.failOver()).rejects.toThrow('the database has no standby');
  });
});
