import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jwtSecret, makeDataDir, startFeed } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { copyProject } from '../support/project-copy.ts';
import { preload, runMain, runNode, spawnServer } from '../support/server-process.ts';

/** Starts a server that must exit by itself. Resolves with its exit code and the last line of its log. */
async function failToStart(env: Readonly<Record<string, string>>, main = 'src/feed-server/main.ts') {
  const startMs = performance.now();
  const { code, stderr } = await runNode([main], {
    DATA_DIR: await makeDataDir(),
    JWT_SECRET: jwtSecret,
    PORT: '0',
    ...env,
  });
  expect(performance.now() - startMs).toBeLessThan(20_000);
  return [code, stderr.trimEnd().split('\n').at(-1)];
}

/** A port that another program listens on. */
async function takePort(): Promise<string> {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  onTestFinished(() => void blocker.close());
  return String((blocker.address() as AddressInfo).port);
}

describe('a server that cannot start exits with 1 and names the setting', () => {
  it('PORT when another program uses it', async () => {
    const PORT = await takePort();
    expect(await failToStart({ PORT })).toEqual([
      1,
      `Posted cannot start: PORT: port ${PORT} of 127.0.0.1 is in use. Set another port, or 0 for a free one.`,
    ]);
  });

  it('HOST when the machine does not have the address', async () => {
    // TEST-NET-1 (RFC 5737).
    expect(await failToStart({ HOST: '192.0.2.1' })).toEqual([
      1,
      'Posted cannot start: HOST: cannot listen on 192.0.2.1 (EADDRNOTAVAIL). Set an address of this machine.',
    ]);
  });

  it('DATA_DIR when it is a file', async () => {
    const DATA_DIR = join(await makeDataDir(), 'file');
    await writeFile(DATA_DIR, '');
    expect(await failToStart({ DATA_DIR })).toEqual([
      1,
      `Posted cannot start: DATA_DIR: cannot create the folder ${DATA_DIR} (EEXIST). Set a folder that the server may write to.`,
    ]);
  });

  it('DATA_DIR when it cannot be written', async () => {
    // Not even root may create files there.
    expect(await failToStart({ DATA_DIR: '/proc' })).toEqual([
      1,
      expect.stringMatching(/: DATA_DIR: cannot open \/proc\/posted\.sqlite: /),
    ]);
  });

  it('DATA_DIR when its secret cannot be written', async () => {
    expect(await failToStart({ DATA_DIR: '/proc', JWT_SECRET: '' })).toEqual([
      1,
      expect.stringMatching(/: DATA_DIR: cannot create \/proc\/jwt-secret .*, or set JWT_SECRET/),
    ]);
  });

  it('DATA_DIR when another process uses it', async () => {
    const DATA_DIR = await makeDataDir();
    await spawnServer({ DATA_DIR });
    expect(await failToStart({ DATA_DIR })).toEqual([
      1,
      expect.stringMatching(/: DATA_DIR: .*posted\.sqlite is in use by another process: stop that process/),
    ]);
  });

  it('a missing file of the documentation', async () => {
    const { dir } = copyProject();
    await rm(join(dir, 'generated/docs/index.html'));
    expect(await failToStart({}, join(dir, 'src/feed-server/main.ts'))).toEqual([
      1,
      `Posted cannot start: cannot read ${join(dir, 'generated/docs/index.html')} (ENOENT): restore it, or run \`npm run generate\`.`,
    ]);
  });
});

it('a failed start releases everything', async () => {
  const DATA_DIR = await makeDataDir();
  await expect(startFeed({ DATA_DIR, PORT: await takePort() })).rejects.toThrow('PORT: port');
  // Only one server at a time can open the store.
  const { url } = await startFeed({ DATA_DIR });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

/** A proxy to a database that accepts the connections for whose number `admit` resolves with true. */
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
  'a server whose database becomes unavailable during the start, after the migration,',
  (server) => {
    it('logs the failure and starts once the database is back', async () => {
      let refused = 0;
      const DATABASE_URL = await startGate(await server().createDatabase(), async (connection) => {
        const isBack = connection === 1 || refused === 3;
        if (!isBack) refused += 1;
        return isBack;
      });
      const started = await spawnServer({ DATABASE_URL, DATA_DIR: await makeDataDir() });
      expect((await fetch(`${started.url}/readyz`)).status).toBe(200);
      expect(started.stderr().match(/cannot read the log, which the server needs to start/g)).toHaveLength(3);
      expect(await started.end('SIGTERM')).toBe(0);
    });

    it('exits with 1 and names DATABASE_URL if retrying would not help', async () => {
      const databaseUrl = await server().createDatabase();
      const DATABASE_URL = await startGate(databaseUrl, async (connection) => {
        if (connection === 2) await server().query(databaseUrl, 'drop table posted_meta');
        return true;
      });
      const env = { DATABASE_URL, DATA_DIR: await makeDataDir(), PORT: '0' };
      const { code, stderr } = await runMain([], env);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^Posted cannot start: DATABASE_URL: cannot read the log: relation "posted_meta" does not exist/m,
      );
    });
  },
);

describePostgres(
  'a server with a database that cannot start exits with 1 and names the setting',
  (server) => {
    it.each([
      ['redis', '@redis/client'],
      ['amqp', 'amqplib'],
      ['kafka', '@platformatic/kafka'],
      ['nats', '@nats-io/transport-node'],
    ])('BROKER_URL when the package for %s:// is not installed', async (scheme, name) => {
      const withoutPackage = preload(`
      import { registerHooks } from 'node:module';
      registerHooks({
        resolve(specifier, context, next) {
          return next(specifier === '${name}' ? 'a-package-that-does-not-exist' : specifier, context);
        },
      });`);
      const DATABASE_URL = await server().createDatabase();
      expect(
        await failToStart({ DATABASE_URL, BROKER_URL: `${scheme}://127.0.0.1:9`, ...withoutPackage }),
      ).toEqual([
        1,
        `Posted cannot start: BROKER_URL: the package ${name} is not installed: run \`npm install ${name}\`.`,
      ]);
    });

    it('PORT when another program uses it, with several workers', async () => {
      const [DATABASE_URL, PORT] = [await server().createDatabase(), await takePort()];
      expect(await failToStart({ DATABASE_URL, PORT, WORKERS: '2' })).toEqual([
        1,
        expect.stringContaining(`: PORT: port ${PORT} of 127.0.0.1 is in use.`),
      ]);
    });

    it('HOST when the machine does not have the address, with several workers', async () => {
      const DATABASE_URL = await server().createDatabase();
      expect(await failToStart({ DATABASE_URL, HOST: '192.0.2.1', WORKERS: '2' })).toEqual([
        1,
        'Posted cannot start: HOST: cannot listen on 192.0.2.1 (EADDRNOTAVAIL). Set an address of this machine.',
      ]);
    });

    it('DATABASE_URL when the database does not exist', async () => {
      const DATABASE_URL = (await server().createDatabase()).replace(/[^/]*$/, 'nowhere');
      expect(await failToStart({ DATABASE_URL })).toEqual([
        1,
        expect.stringMatching(/^Posted cannot start: DATABASE_URL: .*nowhere/),
      ]);
    });
  },
);
