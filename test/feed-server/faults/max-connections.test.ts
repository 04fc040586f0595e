import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { registerUser } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { getPost, startNode } from './node.ts';

/** Connects, or resolves with null if the server has no connection left. */
async function connect(url: string): Promise<Client | null> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === '53300') return null;
    throw thrown;
  }
}

/** Takes all connections of a server, including those of the nodes. */
async function takeAllConnections(url: string): Promise<readonly Client[]> {
  const taken: Client[] = [];
  onTestFinished(async () => void (await Promise.all(taken.map((client) => client.end()))));
  const first = await connect(url);
  if (first === null) throw new Error('the server has no connection left for the test');
  taken.push(first);
  const others = `from pg_stat_activity where backend_type = 'client backend' and application_name like 'posted%'`;
  for (;;) {
    await first.query(`select pg_terminate_backend(pid) ${others}`);
    for (let client = await connect(url); client !== null; client = await connect(url)) taken.push(client);
    if ((await first.query(`select ${others}`)).rowCount === 0) return taken;
  }
}

describePostgres(
  'a database at its limit of connections',
  (server) => {
    it('makes requests wait for a connection instead of refusing them', async () => {
      const DATABASE_URL = await server().createDatabase();
      const node = await startNode({ DATABASE_URL });
      const ada = await registerUser(node.url);
      const { body: id } = await ada.post('before');
      const taken = await takeAllConnections(DATABASE_URL);

      const answered: string[] = [];
      const requests = [ada.post('waits'), getPost(node.url, id)];
      for (const each of requests) void each.then(({ status }) => answered.push(String(status)));
      await wait(1500);
      expect(answered).toEqual([]);
      await Promise.all(taken.slice(1).map((client) => client.end()));
      expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200]);
    });
  },
  { max_connections: '20', superuser_reserved_connections: '0' },
);
