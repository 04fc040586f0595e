import { describe, expect, it } from 'vitest';
import { jwtSecret, makeDataDir, registerUser, request } from '../../../support/feed-server.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { runMain, type ServerProcess, spawnServer } from '../../../support/server-process.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';
import { gatherCrowd, lossesOf } from './crowd.ts';

/** The records of a server's log so far. */
function logOf({ stderr }: ServerProcess): readonly Readonly<Record<string, unknown>>[] {
  const records = stderr().split('\n').slice(0, -1);
  return records.map((record) => JSON.parse(record) as Readonly<Record<string, unknown>>);
}

/** The process ids of the workers, in the order in which they started. */
function workersOf(server: ServerProcess): readonly number[] {
  return logOf(server)
    .filter(({ msg }) => msg === 'a worker has started')
    .map(({ worker }) => Number(worker));
}

/** The value of one series in /metrics. */
async function readSeries(url: string, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

const connections = 'posted_websocket_connections{channel="postFeedPosted"}';
const handshakes = 'posted_websocket_handshake_seconds_count{channel="postFeedPosted"}';
const posts = 'posted_http_requests_total{operation="createPost",status="200"}';

describePostgres('several workers', (postgres) => {
  async function start(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const shared = { DATABASE_URL: await postgres().createDatabase(), JWT_SECRET: jwtSecret };
    return await spawnServer({ ...shared, DATA_DIR: await makeDataDir(), ...env }, ['--workers', '2']);
  }

  it('share a port, announce it once, and add up their metrics', async () => {
    const server = await start();
    let printed = '';
    server.process.stdout?.on('data', (chunk) => {
      printed += String(chunk);
    });
    const ada = await registerUser(server.url);
    const feed = `${server.url.replace('http', 'ws')}/post/feed/posted`;
    const clients = await Promise.all(
      Array.from({ length: 6 }, () => connectClient(feed, bearer(ada.token))),
    );
    for (let count = 0; count < 4; count += 1) await ada.post(`${count}`);
    for (const client of clients) await client.take(4);
    for (let scrape = 0; scrape < 4; scrape += 1) {
      expect(await readSeries(server.url, connections)).toBe(6);
      expect(await readSeries(server.url, posts)).toBe(4);
      expect(await readSeries(server.url, 'posted_workers')).toBe(2);
    }
    expect((await request(server.url, 'GET', '/readyz')).status).toBe(200);
    expect(printed).not.toContain('Posted serves');
    expect(await server.end('SIGTERM')).toBe(0);
    for (const client of clients) {
      expect(await client.closed).toEqual({ code: 1012, reason: 'the server restarts' });
    }
  });

  it('lose nothing when one is killed and replaced, and no counter decreases', async () => {
    const server = await start();
    const ada = await registerUser(server.url);
    const crowd = await gatherCrowd(server.url, ada);
    await crowd.postDuring(async () => {
      const [first = 0] = workersOf(server);
      expect(await readSeries(server.url, handshakes)).toBe(crowd.feeds.length);
      process.kill(first, 'SIGKILL');
      await expect.poll(() => workersOf(server).length, { timeout: 20_000 }).toBe(3);
    });
    await crowd.settle();
    const opened = crowd.feeds.flatMap(({ statuses }) => statuses.filter(({ state }) => state === 'open'));
    expect(await readSeries(server.url, handshakes)).toBe(opened.length);
    const lost = crowd.feeds.filter((feed) => lossesOf(feed) > 0);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(crowd.feeds.length);
    expect(await readSeries(server.url, 'posted_worker_deaths_total')).toBe(1);
    expect(await readSeries(server.url, 'posted_workers')).toBe(2);
    expect(logOf(server)).toContainEqual(
      expect.objectContaining({ level: 'error', msg: 'a worker has died', signal: 'SIGKILL' }),
    );
  });

  it('are replaced one at a time at SIGUSR2, while clients always reach a server', async () => {
    const server = await start({ BYE_SPREAD_MS: '200' });
    const ada = await registerUser(server.url);
    const crowd = await gatherCrowd(server.url, ada);
    await crowd.postDuring(async () => {
      server.process.kill('SIGUSR2');
      await expect
        .poll(() => logOf(server).map(({ msg }) => msg), { timeout: 30_000 })
        .toContain('the workers have been restarted');
    });
    await crowd.settle();
    const steps = logOf(server).map(({ msg }) => msg);
    expect(
      steps
        .slice(steps.indexOf('restarting the workers one at a time'))
        .filter((msg) => msg === 'a worker has started' || msg === 'stopped'),
    ).toEqual(['a worker has started', 'stopped', 'a worker has started', 'stopped']);
    const [first, second, ...next] = workersOf(server);
    expect(next.length).toBe(2);
    expect(next).not.toEqual(expect.arrayContaining([first, second]));
    for (const feed of crowd.feeds) {
      expect(lossesOf(feed)).toBeGreaterThan(0);
      // Any other code would mean that no server was reachable for a moment.
      for (const { code } of feed.errors) expect(code).toBe('closed');
    }
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('exit with 1 and a reason if they repeatedly die soon after their start', async () => {
    const server = await start();
    const killed = new Set<number>();
    const killing = setInterval(() => {
      for (const worker of workersOf(server)) {
        // Five are enough: another may serve when the fifth dies.
        if (killed.has(worker) || killed.size === 5) continue;
        killed.add(worker);
        process.kill(worker, 'SIGKILL');
      }
    }, 20);
    const code = await new Promise((resolve) => server.process.once('exit', resolve));
    clearInterval(killing);
    expect(code).toBe(1);
    expect(server.stderr()).toContain('5 workers in a row died within 5 s of their start');
  });

  it('end when the primary is killed', async () => {
    const server = await start();
    await expect.poll(() => workersOf(server).length).toBe(2);
    const workers = workersOf(server);
    await server.end('SIGKILL');
    await expect.poll(() => workers.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });

  it('report once why they cannot start', async () => {
    const DATABASE_URL = (await postgres().createDatabase()).replace(/[^/]*$/, 'nowhere');
    const env = { DATABASE_URL, DATA_DIR: await makeDataDir(), JWT_SECRET: jwtSecret, PORT: '0' };
    const { code, stderr } = await runMain(['--workers=2'], env);
    expect(code).toBe(1);
    expect(stderr.match(/Posted cannot start: .*nowhere/g)).toHaveLength(1);
  });

  it('warn that machines with a shared database would not accept each other’s tokens', async () => {
    const server = await start({ JWT_SECRET: '' });
    const warnings = logOf(server).filter(({ msg }) => String(msg).includes('JWT_SECRET'));
    expect(warnings).toEqual([expect.objectContaining({ level: 'warn' })]);
    // The workers of one machine do, and each of these requests may reach a different one.
    const ada = await registerUser(server.url);
    for (let count = 0; count < 4; count += 1) expect((await ada.post('mine')).status).toBe(200);
  });
});

describe('several workers on the embedded store', () => {
  it('serve every post to the clients of all, and stop cleanly', async () => {
    const server = await startEmbedded();
    const ada = await registerUser(server.url);
    const feed = `${server.url.replace('http', 'ws')}/post/feed/posted`;
    const clients = await Promise.all(
      Array.from({ length: 6 }, () => connectClient(feed, bearer(ada.token))),
    );
    for (let count = 0; count < 20; count += 1) expect((await ada.post(`${count}`)).status).toBe(200);
    for (const client of clients) await client.take(20);
    expect(await readSeries(server.url, 'posted_workers')).toBe(2);
    expect((await request(server.url, 'GET', '/readyz')).status).toBe(200);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('lose nothing when one is killed and replaced', async () => {
    const server = await startEmbedded();
    const ada = await registerUser(server.url);
    const crowd = await gatherCrowd(server.url, ada);
    await crowd.postDuring(async () => {
      const [first = 0] = workersOf(server);
      process.kill(first, 'SIGKILL');
      await expect.poll(() => workersOf(server).length, { timeout: 20_000 }).toBe(3);
    });
    await crowd.settle();
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('end when the primary is killed, and the store opens again with every post', async () => {
    const DATA_DIR = await makeDataDir();
    const server = await spawnServer({ DATA_DIR }, ['--workers', '2']);
    await expect.poll(() => workersOf(server).length).toBe(2);
    const ada = await registerUser(server.url);
    const { body } = await ada.post('kept');
    const workers = workersOf(server);
    await server.end('SIGKILL');
    await expect.poll(() => workers.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    const again = await spawnServer({ DATA_DIR });
    expect((await request(again.url, 'GET', `/post/get/${String(body)}`)).status).toBe(200);
  });

  it('report once why they cannot start', async () => {
    const DATA_DIR = await makeDataDir();
    const other = await spawnServer({ DATA_DIR });
    const { code, stderr } = await runMain(['--workers=2'], { DATA_DIR, PORT: '0' });
    expect(code).toBe(1);
    expect(stderr.match(/Posted cannot start: DATA_DIR: .* is in use by another process/g)).toHaveLength(1);
    expect((await request(other.url, 'GET', '/readyz')).status).toBe(200);
  });
});

async function startEmbedded(): Promise<ServerProcess> {
  return await spawnServer({ DATA_DIR: await makeDataDir() }, ['--workers', '2']);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
