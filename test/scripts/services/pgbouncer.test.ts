import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { noPgBouncer, startPgBouncer } from '../../support/pgbouncer.ts';
import { describePostgres } from '../../support/postgres.ts';

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe.skipIf(noPgBouncer !== null)(`PgBouncer ${noPgBouncer ?? ''}`, () => {
  describePostgres('in front of a server', (server) => {
    it('gives all clients the same session, one transaction after another', async () => {
      const target = await server().createDatabase();
      const pooler = await startPgBouncer({ target, poolSize: 1 });
      const [one, two] = [await connect(pooler.url), await connect(pooler.url)];
      const pids = [];
      for (const client of [one, two, one])
        pids.push((await client.query('select pg_backend_pid()')).rows[0]);
      expect(pids).toEqual([pids[0], pids[0], pids[0]]);
      await one.query('set work_mem = 4242');
      expect((await two.query('show work_mem')).rows).toEqual([{ work_mem: '4242kB' }]);
    });

    it('answers again after the server was killed and restarted', async () => {
      const pooler = await startPgBouncer({ target: await server().createDatabase() });
      expect(await server().query(pooler.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await server().kill();
      await server().start();
      await expect
        .poll(() => server().query(pooler.url, 'select 1 as one').catch(String), { timeout: 10_000 })
        .toEqual([{ one: 1 }]);
    });
  });
});
