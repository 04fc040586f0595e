import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect } from 'posted/client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../scripts/dev/services/free-port.ts';
import { chromiumNote, chromiumSkipped, launchChromium } from '../support/chromium.ts';
import { posted, type Run, readFolder, tempFolder, typeCheck } from './generator.ts';

const root = join(import.meta.dirname, '../..');
const project = join(tempFolder(), 'my-auction');
const run = promisify(execFile);
let init: Run;

beforeAll(async () => {
  init = await posted('init', project, '--durable');
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
});

/** Lines of a template's file that another one does not have. */
function linesOnlyIn(file: string, other: string): readonly string[] {
  const [own, others] = [file, other].map((path) =>
    readFileSync(join(root, 'templates/project', path), 'utf8').split('\n'),
  );
  return own?.filter((line) => !others?.includes(line)) ?? [];
}

describe('posted init --durable', () => {
  it('creates the auction with its tables, and ignores its data in git', () => {
    expect(init).toMatchObject({ code: 0, stderr: '' });
    const sources = ['app', 'auctions', 'client', 'handlers', 'start', 'tables', 'users', 'writes'];
    expect(Object.keys(readFolder(join(project, 'src'))).toSorted()).toEqual(
      sources.map((name) => `${name}.ts`),
    );
    expect(readFileSync(join(project, '.gitignore'), 'utf8')).toContain('\ndata/\n*.cursor*\n');
  });

  it('adds one line to the contract, and little to the clients', () => {
    expect(linesOnlyIn('auction-durable/asyncapi.yaml', 'auction/asyncapi.yaml')).toEqual([
      '    x-delivery: { messages: [bidPlaced, auctionClosed], audience: everyone }',
    ]);
    expect(linesOnlyIn('auction/asyncapi.yaml', 'auction-durable/asyncapi.yaml')).toEqual([]);
    for (const [path, limit] of [
      ['src/client.ts', 8],
      ['page/main.tsx', 20],
    ] as const) {
      expect(linesOnlyIn(`auction-durable/${path}`, `auction/${path}`).length).toBeLessThanOrEqual(limit);
    }
  });

  it('creates a project that type-checks and passes its tests', { timeout: 120_000 }, async () => {
    expect(await typeCheck(project)).toBe('');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const { stdout } = await run(process.execPath, [vitest, 'run', '--no-color'], { cwd: project });
    expect(stdout).toMatch(/Tests +\d+ passed \(\d+\)/);
  });

  it('creates the same project again when it runs again without the option', async () => {
    const before = readFolder(join(project, 'src'));
    const again = await posted('init', project);
    expect(again.stdout).toContain('kept existing file: src/tables.ts\n');
    expect(readFolder(join(project, 'src'))).toEqual(before);
  });

  it('refuses a document of the user', async () => {
    const { code, stderr } = await posted('init', join(tempFolder(), 'other'), 'asyncapi.yaml', '--durable');
    expect([code, stderr]).toEqual([2, expect.stringContaining('x-delivery makes messages durable')]);
  });
});

/** The server of the project as `npm start` runs it, on one port and one folder however often it starts. */
class Server {
  readonly port: number;
  readonly #workers: string;
  #child: ChildProcess | null = null;

  constructor(port: number, workers: string) {
    this.port = port;
    this.#workers = workers;
    onTestFinished(() => this.kill());
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--env-file=.env', 'src/start.ts'], {
      cwd: project,
      env: { ...process.env, PORT: String(this.port), WORKERS: this.#workers },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.#child = child;
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      if (String(chunk).includes('The page is at')) return;
    }
    throw new Error('The server has ended before it served.');
  }

  /** Kills all of its processes at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child?.pid === undefined) return;
    const exited = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await exited;
  }
}

/** Starts a server with an empty database. */
async function startServer(workers = '1'): Promise<Server> {
  rmSync(join(project, 'data'), { recursive: true, force: true });
  const server = new Server(await freePort(), workers);
  await server.start();
  return server;
}

/** The password that the project was created with. */
function password(): string {
  return /=(.+)/.exec(readFileSync(join(project, '.env'), 'utf8'))?.[1] ?? '';
}

/** Ends the time of the auction while the server is stopped. Returns its bids. */
function endAuction(): readonly Bid[] {
  using database = new DatabaseSync(join(project, 'data/posted.sqlite'));
  database.exec(`update auction set closes_at = 1 where id = 'a1'`);
  return database.prepare('select bidder, cents from bid order by cents').all() as never;
}

interface Bid {
  readonly bidder: string;
  readonly cents: number;
}

/** Joins an auction of the server, and records what it is sent. */
async function joinAuction(port: number, username: string) {
  // Generated in the test, so that its types are not known here.
  const { auction } = await import(join(project, 'generated/asyncapi/client.ts'));
  const client = connect(
    auction as Parameters<typeof connect>[0],
    {
      url: `ws://127.0.0.1:${port}`,
      auth: { username, password: password() },
      params: { auctionId: 'a1' },
      reconnect: { baseMs: 20, maxMs: 200 },
      onError() {},
    } as never,
  ) as never as AuctionClient;
  onTestFinished(() => client.close());
  const joined = {
    client,
    bids: [] as Bid[],
    winners: [] as unknown[],
    states: [] as { readonly cents: number }[],
  };
  client.on.bidPlaced(({ bidder, cents }) => void joined.bids.push({ bidder, cents }));
  client.on.auctionState((state) => void joined.states.push(state));
  client.on.auctionClosed(({ winner }) => void joined.winners.push(winner));
  await client.opened;
  return joined;
}

interface AuctionClient {
  readonly on: {
    auctionState(handler: (state: { readonly cents: number }) => void): void;
    bidPlaced(handler: (bid: Bid) => void): void;
    auctionClosed(handler: (end: { readonly winner?: string }) => void): void;
  };
  readonly opened: Promise<void>;
  readonly closed: Promise<unknown>;
  placeBid(bid: object, options: object): Promise<{ is(name: string): boolean }>;
  close(): void;
}

/** Bids a little more than the highest bid, again and again, until `signal` is aborted. Returns what was accepted. */
async function keepBidding(name: string, port: number, signal: AbortSignal): Promise<readonly Bid[]> {
  const { client, bids } = await joinAuction(port, name);
  const accepted: Bid[] = [];
  while (!signal.aborted) {
    const cents = (bids.at(-1)?.cents ?? 0) + 1 + Math.floor(Math.random() * 3);
    try {
      const answer = await client.placeBid({ cents }, { whenOffline: 'wait' });
      if (answer.is('bidAccepted')) accepted.push({ bidder: name, cents });
    } catch {
      // The connection was lost before the answer: the bid may have been written, or not.
    }
    await wait(2);
  }
  return accepted;
}

describe('the durable auction', () => {
  it('tells everybody who joins during bids all of them, in its state or after it', {
    timeout: 60_000,
  }, async () => {
    const server = await startServer();
    const stop = new AbortController();
    const bidding = ['ann', 'bob', 'cleo'].map((name) => keepBidding(name, server.port, stop.signal));
    const guests: Awaited<ReturnType<typeof joinAuction>>[] = [];
    for (let round = 0; round < 10; round += 1) {
      const names = Array.from({ length: 20 }, (_, index) => `guest${round}_${index}`);
      guests.push(...(await Promise.all(names.map((name) => joinAuction(server.port, name)))));
    }
    stop.abort();
    const last = Math.max(...(await Promise.all(bidding)).flat().map(({ cents }) => cents));
    for (const { bids, states } of guests) {
      const newest = () => bids.at(-1)?.cents ?? states[0]?.cents;
      await expect.poll(newest, { timeout: 30_000 }).toBeGreaterThanOrEqual(last);
    }
    await server.kill();
    const stored = endAuction();
    for (const { bids, states } of guests) {
      const known = states[0]?.cents ?? 0;
      expect(bids.filter(({ cents }) => cents > known)).toEqual(stored.filter(({ cents }) => cents > known));
    }
    expect(guests.filter(({ states }) => states.length === 1)).toHaveLength(200);
  });

  it.skipIf(chromiumSkipped)(
    `shows on its page what was missed${chromiumNote}`,
    { timeout: 120_000 },
    async () => {
      await run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'page'], {
        cwd: project,
      });
      const server = await startServer();
      const browser = await launchChromium();
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      const rows = page.getByRole('listitem');
      async function openPage(): Promise<void> {
        await page.goto(`http://127.0.0.1:${server.port}`);
        await page.getByLabel('Name').fill('gus');
        await page.getByLabel('Password').fill(password());
        await page.getByRole('button', { name: 'Join' }).click();
        await page.getByText('A bicycle').waitFor();
      }
      await openPage();
      const ann = await joinAuction(server.port, 'ann');
      await ann.client.placeBid({ cents: 100 }, {});
      await rows.filter({ hasText: '1.00' }).waitFor();
      await page.goto('about:blank');
      await ann.client.placeBid({ cents: 200 }, {});
      await server.kill();
      await server.start();
      await ann.client.placeBid({ cents: 300 }, { whenOffline: 'wait' });
      await openPage();
      await expect.poll(() => rows.allTextContents()).toEqual(['ann3.00', 'ann2.00']);
      await ann.client.placeBid({ cents: 400 }, {});
      await expect.poll(() => rows.allTextContents()).toEqual(['ann4.00', 'ann3.00', 'ann2.00']);
      expect(await page.locator('#price').textContent()).toBe('4.00');
    },
  );

  it.each(['1', '2'])(
    'loses no bid when it is killed, with %s workers',
    { timeout: 180_000 },
    async (workers) => {
      rmSync(join(project, 'data'), { recursive: true, force: true });
      const port = await freePort();
      const server = new Server(port, workers);
      await server.start();
      const names = ['dan', 'eve', 'fay'];
      const followers = await Promise.all(names.map((name) => joinAuction(port, name)));
      const stop = new AbortController();
      const bidding = ['ann', 'bob', 'cleo'].map((name) => keepBidding(name, port, stop.signal));
      for (let kills = 0; kills < 2; kills += 1) {
        const before = followers[0]?.bids.length ?? 0;
        await expect.poll(() => followers[0]?.bids.length, { timeout: 30_000 }).toBeGreaterThan(before + 50);
        await server.kill();
        await server.start();
      }
      const before = followers[0]?.bids.length ?? 0;
      await expect.poll(() => followers[0]?.bids.length, { timeout: 30_000 }).toBeGreaterThan(before + 50);
      stop.abort();
      const accepted = (await Promise.all(bidding)).flat();

      const last = Math.max(...accepted.map(({ cents }) => cents));
      for (const { bids } of followers) {
        await expect.poll(() => bids.at(-1)?.cents, { timeout: 30_000 }).toBeGreaterThanOrEqual(last);
      }
      await server.kill();
      const stored = endAuction();
      for (const { bids } of followers) expect(bids).toEqual(stored);
      expect(stored).toEqual(expect.arrayContaining([...accepted]));
      expect(accepted.length).toBeGreaterThan(100);

      // Its time was over while no process ran.
      await server.start();
      const winner = stored.at(-1)?.bidder;
      for (const { winners } of followers)
        await expect.poll(() => winners, { timeout: 30_000 }).toEqual([winner]);
      await wait(1500);
      for (const { winners } of followers) expect(winners).toEqual([winner]);
    },
  );
});
