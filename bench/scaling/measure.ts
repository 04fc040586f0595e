/** Measures what one connection, one post and one event cost a server: the units of simulate.ts. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { readOptions } from '../options.ts';
import { Poster } from '../posts-load.ts';
import { cpuByProcess } from '../process-cpu.ts';
import { openAll, Reader } from '../reader.ts';
import {
  createDataDir,
  limitRun,
  needConnections,
  needDatabase,
  printResult,
  progress,
  round,
  type ServerProcess,
  startServer,
} from '../support.ts';
import { measureFriendBytes } from './friend-memory.ts';

const { connections, posts, bytes } = readOptions({
  name: 'scaling/measure',
  summary: `Two servers share the PostgreSQL database given by DATABASE_URL, which should be new. Connections to one of
them are pinged every second; then it receives posts while the other one only follows the log. The memory of a
friend in the hub is measured in this process.`,
  numbers: {
    connections: { fallback: 4000, min: 100, max: 20_000, description: 'connections per kind' },
    posts: { fallback: 10_000, min: 100, max: 1_000_000, description: 'posts' },
    bytes: { fallback: 200, min: 10, max: 10_000, description: 'size of a post' },
  },
});
const databaseUrl = needDatabase();
needConnections(connections);
limitRun(300);

function cpuOf({ pid }: ServerProcess): number {
  return cpuByProcess(pid).get(pid) ?? 0;
}

async function start(pingIntervalMs: number): Promise<ServerProcess> {
  const settings = { DATABASE_URL: databaseUrl, PING_INTERVAL_MS: String(pingIntervalMs) };
  return await startServer(createDataDir(), { settings });
}

function ignore(): void {}

/** In microseconds or bytes per connection. */
function perConnection(total: number): number {
  return Math.round((total * 1e6) / connections);
}

async function measureConnections(resumable: boolean): Promise<object> {
  progress(`opening ${connections} ${resumable ? 'resumable' : 'plain'} connections`);
  const pingSeconds = 10;
  const server = await start(1000);
  const readers = Array.from(
    { length: connections },
    () =>
      new Reader({
        serverUrl: server.url,
        resumable,
        acks: false,
        onPost: ignore,
        onLost: ignore,
        onReset: ignore,
      }),
  );
  const rssMb = server.rssMb();
  const cpu = cpuOf(server);
  await openAll(readers.map((reader) => () => reader.connect()));
  const opened = cpuOf(server);
  await sleep(pingSeconds * 1000);
  const pinged = cpuOf(server);
  const result = {
    handshakeCpuMicroseconds: perConnection(opened - cpu),
    pingCpuMicroseconds: perConnection((pinged - opened) / pingSeconds),
    memoryBytes: perConnection(((server.rssMb() - rssMb) * 1_048_576) / 1e6),
  };
  for (const reader of readers) reader.end();
  await server.end('SIGTERM');
  return result;
}

async function databaseBytes(): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ size: string }>(
      'select pg_database_size(current_database()) as size',
    );
    return Number(rows[0]?.size);
  } finally {
    await client.end();
  }
}

async function measurePosts(): Promise<object> {
  progress(`making ${posts} posts`);
  const [posting, following] = [await start(3_600_000), await start(3_600_000)];
  const inflight = 16;
  const poster = new Poster(posting.url, randomUUID(), inflight);
  const text = 'x'.repeat(bytes);
  async function post(count: number): Promise<void> {
    let left = count;
    const writers = Array.from({ length: inflight }, async () => {
      while (left > 0) {
        left -= 1;
        await poster.post(text);
      }
    });
    await Promise.all(writers);
  }
  await post(1000);
  const size = await databaseBytes();
  const before = { posting: cpuOf(posting), following: cpuOf(following), atMs: performance.now() };
  await post(posts);
  const seconds = (performance.now() - before.atMs) / 1000;
  // The other server lags by a hint, which takes milliseconds.
  await sleep(1000);
  const result = {
    postsPerSecond: Math.round(posts / seconds),
    postCpuMicroseconds: Math.round(((cpuOf(posting) - before.posting) * 1e6) / posts),
    eventCpuMicroseconds: Math.round(((cpuOf(following) - before.following) * 1e6) / posts),
    databaseBytesPerPost: Math.round(((await databaseBytes()) - size) / posts),
    idleServerRssMb: round(following.rssMb()),
  };
  poster.end();
  await Promise.all([posting.end('SIGTERM'), following.end('SIGTERM')]);
  return result;
}

printResult(
  {
    connections,
    plain: await measureConnections(false),
    resumable: await measureConnections(true),
    friendBytes: await measureFriendBytes(),
    posts: await measurePosts(),
  },
  [],
);
