import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  bundleForBrowser,
  chromiumNote,
  chromiumSkipped,
  launchChromium,
  servePage,
} from '../../support/chromium.ts';
import { signToken } from '../../support/tokens.ts';
import { startLogServer } from './log-server.ts';
import { soon } from './soon.ts';

const textsOf = (tab: Tab) => tab.evaluate(() => globalThis.tab.texts);

/** When the tab was open last; 0 if it is not. */
const openedAt = (tab: Tab) =>
  tab.evaluate(() => {
    const [state, atMs] = globalThis.tab.states.at(-1) ?? [];
    return state === 'open' ? (atMs ?? 0) : 0;
  });

/** Stops everything that runs in the tab, as a freeze does; returns how to go on. */
async function stop(tab: Tab): Promise<() => Promise<unknown>> {
  const session = await tab.context().newCDPSession(tab);
  await session.send('Debugger.enable');
  const paused = new Promise((resolve) => session.once('Debugger.paused', resolve));
  await session.send('Debugger.pause');
  await paused;
  return () => session.send('Debugger.disable');
}

const gone = async () => {};

/** What may happen to the tab that has the connection. Each returns how the tab comes back, if it does. */
const ends: Readonly<Record<string, (tab: Tab) => Promise<() => Promise<unknown>>>> = {
  async 'is closed'(tab) {
    await tab.close();
    return gone;
  },
  async crashes(tab) {
    const session = await tab.context().newCDPSession(tab);
    void session.send('Page.crash').catch(() => {});
    await new Promise((resolve) => tab.once('crash', resolve));
    return gone;
  },
  async 'is told that it freezes'(tab) {
    await tab.evaluate(() => void document.dispatchEvent(new Event('freeze')));
    return async () => {
      await tab.evaluate(() => void document.dispatchEvent(new Event('resume')));
      await expect.poll(() => textsOf(tab), soon).toEqual(['one', 'two', 'three']);
    };
  },
  async 'stops without a word'(tab) {
    const goOn = await stop(tab);
    return async () => {
      await goOn();
      await expect.poll(() => textsOf(tab), soon).toEqual(['one', 'two', 'three']);
    };
  },
};

describe.skipIf(chromiumSkipped !== null)(`tabs of Chromium with one cursor${chromiumNote}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<typeof servePage>>;

  beforeAll(async () => {
    page = await servePage(await bundleForBrowser(join(import.meta.dirname, 'tabs-page.ts')));
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    page?.close();
  });

  interface Following {
    readonly slow?: boolean;
    readonly shareTabs?: boolean;
    readonly as?: string;
  }

  async function start() {
    const server = await startLogServer();
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const follow = async (tab: Tab, { as = 'ada', ...options }: Following = {}) => {
      await tab.goto(page.url);
      // Each login gives another token.
      const token = signToken(as, { jwtid: randomUUID() });
      await tab.evaluate((args) => globalThis.followIn(...args), [server.url, token, options] as const);
      await expect.poll(() => openedAt(tab), soon).toBeGreaterThan(0);
    };
    const openTab = async (options?: Following): Promise<Tab> => {
      const tab = await context.newPage();
      await follow(tab, options);
      return tab;
    };
    return { server, follow, openTab };
  }

  it('get, after a reload, what only another one has processed', async () => {
    const { server, openTab, follow } = await start();
    const slow = await openTab({ slow: true });
    const fast = await openTab();
    server.post('one');
    server.post('two');
    await expect.poll(() => textsOf(fast), soon).toEqual(['one', 'two']);
    await follow(slow);
    server.post('three');
    await expect.poll(() => textsOf(fast), soon).toEqual(['one', 'two', 'three']);
    await expect.poll(() => textsOf(slow), soon).toContain('three');
    expect(await textsOf(slow)).toEqual(['one', 'two', 'three']);
  });

  it.each(Object.keys(ends))('lose and repeat nothing when the one with the connection %s', async (what) => {
    const { server, openTab } = await start();
    const leader = await openTab();
    const other = await openTab();
    server.post('one');
    await expect.poll(() => textsOf(other), soon).toEqual(['one']);
    expect(server.connections).toHaveLength(1);
    const startMs = Date.now();
    const comeBack = await ends[what]?.(leader);
    server.post('two');
    await expect.poll(() => openedAt(other), soon).toBeGreaterThan(startMs);
    const late = await openTab();
    server.post('three');
    await expect.poll(() => textsOf(late), soon).toEqual(['three']);
    await expect.poll(() => textsOf(other), soon).toEqual(['one', 'two', 'three']);
    await comeBack?.();
    await expect.poll(() => server.connections.length, soon).toBe(1);
    expect(await other.evaluate(() => globalThis.tab.errors)).toEqual([]);
  });

  it('have a connection each with `shareTabs: false`, and as different users', async () => {
    const { server, openTab } = await start();
    const first = await openTab({ shareTabs: false });
    const second = await openTab({ shareTabs: false });
    expect(server.connections).toHaveLength(2);
    const third = await openTab();
    const fourth = await openTab({ as: 'bob' });
    expect(server.connections).toHaveLength(4);
    server.post('one');
    for (const tab of [first, second, third, fourth]) {
      await expect.poll(() => textsOf(tab), soon).toEqual(['one']);
    }
  });
});
