import { join } from 'node:path';
import type { Browser, BrowserContext, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  bundleForBrowser,
  chromiumNote,
  chromiumSkipped,
  launchChromium,
  servePage,
} from '../../support/chromium.ts';
import { startRestartableFeed } from '../../support/restartable-feed.ts';
import { soon } from './soon.ts';

function textsOf(tab: Tab): Promise<readonly string[]> {
  return tab.evaluate(() => globalThis.seen.texts);
}

describe.skipIf(chromiumSkipped !== null)(`the generated client in Chromium${chromiumNote}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<typeof servePage>>;

  beforeAll(async () => {
    page = await servePage(await bundleForBrowser(join(import.meta.dirname, 'resume-page.ts')));
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    page?.close();
  });

  async function openTab(context: BrowserContext, url: string, token: string): Promise<Tab> {
    const tab = await context.newPage();
    await tab.goto(page.url);
    await tab.evaluate(([to, by]) => globalThis.follow(to, by), [url, token] as const);
    await expect.poll(() => tab.evaluate(() => globalThis.seen.states.at(-1)), soon).toBe('open');
    return tab;
  }

  it('receives every post once, across restarts of the server and of its page', async () => {
    const server = await startRestartableFeed();
    const context = await browser.newContext();
    onTestFinished(() => context.close());

    const first = await openTab(context, server.socketUrl, server.author.token);
    await server.post(['1', '2']);
    await expect.poll(() => textsOf(first), soon).toEqual(['1', '2']);
    await server.restart('other port');
    await server.post(['3']);
    await server.restart('same port');
    await server.post(['4']);
    await expect.poll(() => textsOf(first), soon).toEqual(['1', '2', '3', '4']);
    expect(await first.evaluate(() => globalThis.seen.errors)).toEqual([]);

    await first.close();
    await server.post(['5', '6']);
    const second = await openTab(context, server.socketUrl, server.author.token);
    await server.post(['7']);
    await expect.poll(() => textsOf(second), soon).toEqual(['5', '6', '7']);
  });
});
