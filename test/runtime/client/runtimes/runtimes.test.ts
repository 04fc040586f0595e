import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram, isExecutable } from '../../../../scripts/dev/services/find-program.ts';
import { chromiumNote, chromiumSkipped, launchChromium } from '../../../support/chromium.ts';
import { makeDataDir } from '../../../support/feed-server.ts';
import { startRestartableFeed } from '../../../support/restartable-feed.ts';
import { requireService } from '../../../support/services.ts';
import { soon } from '../soon.ts';
import type { FeedTarget } from './follow-feed.ts';
import { type Reader, startProgram } from './start-program.ts';
import { openWorkerPage } from './start-worker.ts';

function textsOf({ events }: Reader): readonly string[] {
  return events.flatMap((event) => ('text' in event ? [event.text] : []));
}

function stateOf({ events }: Reader): string | undefined {
  return events.flatMap((event) => ('state' in event ? [event.state] : [])).at(-1);
}

/**
 * Does what must work on every runtime, and returns the errors of the client. Each one that `start` starts continues
 * where the last one closed.
 */
async function followFeedWith(start: (target: FeedTarget) => Reader | Promise<Reader>) {
  const feed = await startRestartableFeed();
  const target = { url: feed.socketUrl, token: feed.author.token };

  const refused = await start({ ...target, token: 'wrong' });
  await expect.poll(() => stateOf(refused), soon).toBe('closed');
  expect(refused.events).toContainEqual({ error: expect.stringContaining('HTTP 401') });
  await refused.close();

  const first = await start(target);
  await expect.poll(() => stateOf(first), soon).toBe('open');
  await feed.post(['1', '2', '3', '4', '5']);
  await expect.poll(() => textsOf(first), soon).toEqual(['1', '2', '3', '4', '5']);
  await feed.restart('same port');
  await feed.post(['6']);
  await expect.poll(() => textsOf(first), soon).toEqual(['1', '2', '3', '4', '5', '6']);
  await first.close();

  await feed.post(['7', '8']);
  const second = await start(target);
  await expect.poll(() => textsOf(second), soon).toEqual(['7', '8']);
  await second.close();
  return [first, second].flatMap(({ events }) => events.filter((event) => 'error' in event));
}

describe.each([
  ['Deno', 'deno', ['run', '--quiet', '--allow-all', '--node-modules-dir=manual']],
  ['Bun', 'bun', ['run']],
] as const)('the client in %s', (_runtime, name, args) => {
  // Of the version that scripts/dev/services/install.sh installs, if it did.
  const installed = `/opt/posted-runtimes/node_modules/.bin/${name}`;
  const program = isExecutable(installed) ? installed : findProgram(name);
  const skipped = requireService(name, program !== undefined);

  it.skipIf(skipped !== null)(
    `receives, acknowledges, reconnects, resumes and reports refusals ${skipped ?? ''}`,
    async () => {
      const file = join(await makeDataDir(), 'feed.cursor');
      const start = (target: FeedTarget) => startProgram([program ?? '', ...args], target, file);
      expect(await followFeedWith(start)).toEqual([]);
    },
  );
});

describe.skipIf(chromiumSkipped !== null)(`the client in a web worker${chromiumNote}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<typeof openWorkerPage>>;

  beforeAll(async () => {
    browser = await launchChromium();
    page = await openWorkerPage(browser);
  });

  afterAll(async () => {
    await browser?.close();
    page?.close();
  });

  it('receives, acknowledges, reconnects, resumes and reports refusals', async () => {
    expect(await followFeedWith((target) => page.start(target))).toEqual([]);
  });
});

describe('posted/client', () => {
  it.each([
    ['browser', 'browser.ts'],
    ['worker', 'browser.ts'],
    ['workerd', 'browser.ts'],
    ['edge-light', 'browser.ts'],
    ['deno', 'node.ts'],
    ['bun', 'node.ts'],
    ['node', 'node.ts'],
  ])('resolves with the condition %s to %s', async (condition, file) => {
    const print = "console.log(import.meta.resolve('posted/client'))";
    const args = ['--conditions', condition, '--input-type=module', '--eval', print];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.trim().split('/').at(-1)).toBe(file);
  });
});
