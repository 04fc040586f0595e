import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { makeDataDir } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { runMain, spawnServer } from '../support/server-process.ts';

/** A way to a database by which only connections pass that `admit` resolves with true for, given their number. */
async function startGate(
  databaseUrl: string,
  admit: (connection: number) => Promise<boolean>,
): Promise<string> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let connections = 0;
  const gate = createServer(async (client) => {
    sockets.add(client.on('error', () => {}));
    connections += 1;
    if (!(await admit(connections))) {
      client.destroy();
      return;
    }
    const server = connect(Number(target.port), target.hostname);
    sockets.add(server.on('error', () => {}));
    client.pipe(server).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(gate, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    gate.close();
  });
  const { port } = gate.address() as AddressInfo;
  return Object.assign(new URL(databaseUrl), { port: String(port) }).href;
}

describePostgres(
  'a server whose database is lost while it starts, after its tables were made ready,',
  (server) => {
    it('says so, waits for it, and starts when it is back', async () => {
      let refused = 0;
      const DATABASE_URL = await startGate(await server().createDatabase(), async (connection) => {
        const isBack = connection === 1 || refused === 3;
        if (!isBack) refused += 1;
        return isBack;
      });
      const started = await spawnServer({ DATABASE_URL, DATA_DIR: await makeDataDir() });
      expect((await fetch(`${started.url}/readyz`)).status).toBe(200);
      expect(started.stderr().match(/the log cannot be read: the server starts when it can/g)).toHaveLength(
        3,
      );
      expect(await started.end('SIGTERM')).toBe(0);
    });

    it('ends with what is wrong where waiting would not help', async () => {
      const databaseUrl = await server().createDatabase();
      const DATABASE_URL = await startGate(databaseUrl, async (connection) => {
        if (connection === 2) await server().query(databaseUrl, 'drop table meta');
        return true;
      });
      const env = { DATABASE_URL, DATA_DIR: await makeDataDir(), PORT: '0' };
      const { code, stderr } = await runMain([], env);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Posted cannot start: the log cannot be read: relation "meta" does not exist/m);
    });
  },
);
