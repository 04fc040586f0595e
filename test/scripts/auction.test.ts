import { execFile, spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../../scripts/dev/services/free-port.ts';
import { chromiumNote, chromiumSkipped, launchChromium } from '../support/chromium.ts';
import { posted, type Run, readFolder, tempFolder, typeCheck } from './generator.ts';

const root = join(import.meta.dirname, '../..');
const project = join(tempFolder(), 'my-auction');
const run = promisify(execFile);

function countLines(...paths: readonly string[]): number {
  const counts = paths.map((path) => readFileSync(join(project, path), 'utf8').trimEnd().split('\n').length);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Runs a program of a package in the project. */
function runPackage(path: string, ...args: readonly string[]) {
  return run(process.execPath, [join(root, 'node_modules', path), ...args], { cwd: project });
}

/** A program of the project, which ends with the test. */
class Program {
  readonly #child;
  #output = '';

  constructor(file: string, args: readonly string[], port: string) {
    const env = { ...process.env, PORT: port };
    this.#child = spawn(process.execPath, ['--env-file=.env', file, ...args], { cwd: project, env });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk) => {
        this.#output += String(chunk);
      });
    }
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Resolves with the match once the program has printed it. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    return await vi.waitFor(() => pattern.exec(this.#output) ?? fail(this.#output), { timeout: 30_000 });
  }
}

function fail(output: string): never {
  throw new Error(`The program has only printed:\n${output}`);
}

async function startServer(): Promise<{ readonly url: string; readonly port: string }> {
  const [, url = '', port = ''] = await new Program('src/start.ts', [], '0').printed(/(http:\S+:(\d+))\./);
  return { url, port };
}

async function openPage(url: string): Promise<Page> {
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

async function joinAuction(page: Page, name: string, secret: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Join' }).click();
}

describe('posted init without a document', () => {
  let init: Run;

  beforeAll(async () => {
    init = await posted('init', project);
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  });

  it('creates the auction and says how to join it', () => {
    expect(init).toMatchObject({ code: 0, stderr: '' });
    expect(init.stdout).toContain('npm run client -- ann\n');
    expect(Object.keys(readFolder(join(project, 'src'))).toSorted()).toEqual([
      'app.ts',
      'auctions.ts',
      'client.ts',
      'handlers.ts',
      'start.ts',
      'users.ts',
    ]);
  });

  it('has at most 60 lines of contract and 90 of server, of which at most 25 start it', () => {
    expect(countLines('asyncapi.yaml')).toBeLessThanOrEqual(60);
    const start = ['src/start.ts', 'src/app.ts'];
    for (const file of start) expect(countLines(file)).toBeLessThanOrEqual(25);
    expect(countLines(...start, 'src/handlers.ts', 'src/auctions.ts', 'src/users.ts')).toBeLessThanOrEqual(
      90,
    );
  });

  it('creates a project that type-checks and passes its tests', async () => {
    expect(await typeCheck(project)).toBe('');
    const { stdout } = await runPackage('vitest/vitest.mjs', 'run', '--no-color');
    expect(stdout).toMatch(/Tests +\d+ passed \(\d+\)/);
  });

  it('makes the auction again when it runs again', async () => {
    const before = readFolder(join(project, 'src'));
    expect(await posted('init', project)).toMatchObject({ code: 0 });
    expect(readFolder(join(project, 'src'))).toEqual(before);
  });

  it('creates a client for terminals, which bids what is typed', async () => {
    const { port } = await startServer();
    const [ann, bob] = ['ann', 'bob'].map((name) => new Program('src/client.ts', [name], port));
    await Promise.all([ann?.printed(/Type an amount/), bob?.printed(/Type an amount/)]);
    ann?.type('12.50');
    expect((await bob?.printed(/^ann bids (.*)$/m))?.[1]).toBe('12.50');
    bob?.type('12');
    expect((await bob?.printed(/^Too low: (.*)$/m))?.[1]).toBe('the highest bid is 12.50.');
    bob?.type('a lot');
    expect((await bob?.printed(/^(.*) is not an amount\.$/m))?.[1]).toBe('"a lot"');
  });

  it.skipIf(chromiumSkipped)(`creates a page that bids against a terminal${chromiumNote}`, async () => {
    await runPackage('vite/bin/vite.js', 'build', 'page', '--logLevel', 'error');
    const { url, port } = await startServer();
    const page = await openPage(url);
    await joinAuction(page, 'cleo', 'not the password');
    await page.getByText('That did not work.').waitFor();
    await joinAuction(page, 'cleo', password());
    await page.getByText('A bicycle').waitFor();

    const ann = new Program('src/client.ts', ['ann'], port);
    await ann.printed(/Type an amount/);
    ann.type('12.50');
    await page.getByRole('listitem').filter({ hasText: 'ann' }).waitFor();
    await page.getByLabel('Amount').fill('14');
    await page.getByRole('button', { name: 'Bid' }).click();
    expect((await ann.printed(/^cleo bids (.*)$/m))[1]).toBe('14.00');
    await page.getByLabel('Amount').fill('3');
    await page.getByRole('button', { name: 'Bid' }).click();
    await page.getByText('Too low: the highest bid is 14.00.').waitFor();
  });

  it.skipIf(chromiumSkipped)(`creates a page that Vite can serve too${chromiumNote}`, async () => {
    const path = join(project, 'settings.json');
    const settings = readFileSync(path, 'utf8');
    onTestFinished(() => writeFileSync(path, settings));
    expect(JSON.parse(settings).origins).toContain('http://localhost:5173');
    const [vitePort, port] = [await freePort(), await freePort()];
    writeFileSync(path, JSON.stringify({ port, origins: [`http://localhost:${vitePort}`] }));
    await new Program('src/start.ts', [], String(port)).printed(/http:/);
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    await new Program(vite, ['page', '--port', String(vitePort), '--strictPort'], '').printed(/ready in/);
    const page = await openPage(`http://localhost:${vitePort}`);
    await joinAuction(page, 'cleo', password());
    await page.getByText('A bicycle').waitFor();
    expect(await page.locator('#bids').count()).toBe(1);
  });
});

/** The password that the project was created with. */
function password(): string {
  return /=(.+)/.exec(readFileSync(join(project, '.env'), 'utf8'))?.[1] ?? '';
}
