import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  chromiumNote,
  chromiumSkipped,
  chunksForBrowser,
  launchChromium,
  serveChunks,
} from '../../support/chromium.ts';
import { registerUser, startFeed } from '../../support/feed-server.ts';
import { startUpgradeProxy } from '../../support/upgrade-proxy.ts';
import { soon } from './soon.ts';

const streamChunk = 'event-stream-socket.js';

it.skipIf(chromiumSkipped !== null)(
  `a page in Chromium loads the code for event streams where upgrades are blocked, and goes on without${chromiumNote}`,
  async () => {
    const chunks = await chunksForBrowser(join(import.meta.dirname, 'resume-page.ts'));
    const page = await serveChunks(chunks);
    onTestFinished(() => page.close());
    const [{ url, socketUrl }, browser] = await Promise.all([startFeed(), launchChromium()]);
    onTestFinished(() => browser.close());
    const author = await registerUser(url);
    const proxy = await startUpgradeProxy(url);
    const failures: string[] = [];

    async function openTab(to: string, loads: boolean) {
      const tab = await (await browser.newContext()).newPage();
      const requested: string[] = [];
      tab.on('pageerror', ({ message }) => void failures.push(message));
      tab.on('request', (request) => void requested.push(new URL(request.url()).pathname.slice(1)));
      if (!loads) await tab.route(`**/${streamChunk}`, (route) => route.abort());
      await tab.goto(page.url);
      await tab.evaluate(([server, token]) => globalThis.follow(server, token), [to, author.token] as const);
      return { tab, requested, state: () => tab.evaluate(() => globalThis.seen.states.at(-1)) };
    }

    const direct = await openTab(socketUrl, true);
    await expect.poll(direct.state, soon).toBe('open');
    expect(direct.requested).not.toContain(streamChunk);

    const blockedUrl = proxy.url.replace('http', 'ws');
    const streamed = await openTab(blockedUrl, true);
    await expect.poll(streamed.state, soon).toBe('open');
    expect(streamed.requested).toContain(streamChunk);
    await author.post('Hello');
    const texts = () => streamed.tab.evaluate(() => globalThis.seen.texts);
    await expect.poll(texts, soon).toEqual(['Hello']);

    const without = await openTab(blockedUrl, false);
    await expect.poll(() => without.requested, soon).toContain(streamChunk);
    await expect.poll(without.state, soon).toBe('waiting');
    proxy.blocks = false;
    await expect.poll(without.state, soon).toBe('open');
    expect(failures).toEqual([]);
  },
);
