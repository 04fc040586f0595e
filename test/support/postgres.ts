import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, type QueryResult } from 'pg';
import { beforeAll, describe } from 'vitest';
import { requireService } from './services.ts';

/** Where Debian puts the programs, the newest version last. */
const initdb = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted().at(-1) ?? '/usr/local/bin/initdb';

const skipped = requireService('postgresql', existsSync(initdb));

const user = 'posted';
const password = 'p@ss w/rd';

/** PostgreSQL refuses to run as root; on Linux this is the user and the group `nobody`. */
const nobody = 65_534;
const owner = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** A PostgreSQL of one's own, which a test may kill. */
export interface PostgresServer {
  readonly port: number;
  /** Creates an empty database and resolves with its URL, which holds the password. `options` are SQL. */
  createDatabase(options?: string): Promise<string>;
  /** Runs SQL in a database and resolves with the rows of its last statement. */
  query(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Ends all of its processes at once by SIGKILL, as a loss of power would. */
  kill(): Promise<void>;
  /** Stops all of its processes, as a machine that hangs would, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Starts it anew on what is on the disk. */
  start(): Promise<void>;
  /** Ends it and removes everything. */
  remove(): Promise<void>;
}

/** Tests that share a server, which is started before the first; they are skipped where it is not installed. */
export function describePostgres(title: string, define: (server: () => PostgresServer) => void): void {
  const note = skipped === null ? '' : ` (${skipped})`;
  describe.skipIf(skipped !== null)(`${title}${note}`, () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
      return () => server.remove();
    });
    define(() => server);
  });
}

/** Starts PostgreSQL on a port of 127.0.0.1, with its files in a folder of its own. */
async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-postgres-'));
  await writeFile(join(folder, 'password'), password);
  for (const path of [folder, join(folder, 'password')]) {
    if (owner.uid !== undefined) await chown(path, owner.uid, owner.gid);
  }
  const data = join(folder, 'data');
  // A default collation that does not compare by code point, as most databases have.
  await promisify(execFile)(
    initdb,
    [`--pgdata=${data}`, `--username=${user}`, `--pwfile=${join(folder, 'password')}`]
      .concat(['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8'])
      .concat(['--locale-provider=icu', '--icu-locale=en-US', '--no-sync']),
    { ...owner, cwd: folder },
  );
  // Below the ports that the kernel gives to clients: none can take it while the server is down.
  const port = randomInt(15_000, 32_000);
  const urlOf = (database: string): string =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  let running: ChildProcess | null = null;

  async function start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await startOnce();
        return;
      } catch (thrown) {
        // A process that began while its parent was killed keeps the memory of both for a moment.
        const isForNow = String(thrown).includes('pre-existing shared memory block') && attempt < 100;
        if (!isForNow) throw thrown;
        await wait(100);
      }
    }
  }

  async function startOnce(): Promise<void> {
    const child = spawn(
      join(dirname(initdb), 'postgres'),
      ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1'].concat(
        // What a killed process has written is kept by the kernel: fsync is for a loss of power.
        ['shared_buffers=16MB', 'fsync=off'].flatMap((setting) => ['-c', setting]),
      ),
      { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = `${said}${String(chunk)}`.slice(-4000);
    });
    running = child;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${said}`);
      try {
        await run(urlOf('postgres'), 'select');
        return;
      } catch {
        await wait(50);
      }
    }
  }

  /** Sends a signal to all processes, and returns their ids. */
  function signal(name: NodeJS.Signals): readonly number[] {
    const pid = running?.pid;
    if (pid === undefined) throw new Error('PostgreSQL is not running');
    process.kill(pid, name);
    const children = (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? []).map(
      Number,
    );
    for (const child of children) process.kill(child, name);
    return [pid, ...children];
  }

  async function end(by: NodeJS.Signals): Promise<void> {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(by);
    await exited;
  }

  const server: PostgresServer = {
    port,
    async createDatabase(options = '') {
      const database = `test_${randomUUID().replaceAll('-', '')}`;
      await run(urlOf('postgres'), `create database ${database} ${options}`);
      return urlOf(database);
    },
    query: run,
    async kill() {
      // Stopped first, so that it starts no more processes, which would not die with it.
      const [, ...children] = signal('SIGSTOP');
      for (const child of children) process.kill(child, 'SIGKILL');
      await end('SIGKILL');
      // Its next start is refused while one of them still has its memory.
      while (children.some(isAlive)) await wait(10);
    },
    freeze: () => void signal('SIGSTOP'),
    thaw: () => void signal('SIGCONT'),
    start,
    async remove() {
      // At once, and without leaving shared memory behind.
      await end('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await start();
  } catch (thrown) {
    await server.remove();
    throw thrown;
  }
  return server;
}

/** Runs SQL, and resolves with the rows of its last statement. */
async function run(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    // Of several statements pg gives an array, which its types do not know.
    const results: QueryResult | readonly QueryResult[] = await client.query(sql);
    return [results].flat().at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}

/** Neither gone nor a zombie that nobody has buried yet. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
