import { join } from 'node:path';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import {
  bundleForBrowser,
  chromiumNote,
  chromiumSkipped,
  launchChromium,
  servePage,
} from '../../support/chromium.ts';
import { postFrame } from '../client/chat-channel.ts';
import { startChatServer } from '../client/chat-server.ts';
import { soon } from '../client/soon.ts';
import type { Props } from './react-page.tsx';

const textsOf = (tab: Tab) => tab.evaluate(() => globalThis.recorded.texts);
const closeOf = (connection: WebSocket) =>
  new Promise<number>((resolve) => connection.once('close', (code) => resolve(code)));

describe.skipIf(chromiumSkipped !== null)(`useChannel in Chromium${chromiumNote}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<typeof servePage>>;

  beforeAll(async () => {
    // A page in development, where StrictMode mounts each component twice.
    page = await servePage(
      await bundleForBrowser(join(import.meta.dirname, 'react-page.tsx'), {
        'process.env.NODE_ENV': '"development"',
      }),
    );
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    page?.close();
  });

  async function openTab() {
    const server = await startChatServer();
    const tab = await browser.newPage();
    onTestFinished(() => tab.close());
    await tab.goto(page.url);
    const render = (props: Partial<Props> | null) =>
      tab.evaluate(
        (given) => globalThis.render(given),
        props && { url: server.url, room: 'lobby', by: 'handlers' as const, ...props },
      );
    return { server, tab, render };
  }

  it('opens one connection under StrictMode, and gives every message to the latest handlers once', async () => {
    const { server, tab, render } = await openTab();
    await render({});
    const connection = await server.nextConnection();
    for (const [index, text] of ['a', 'b', 'c'].entries()) {
      connection.send(postFrame(text));
      await expect.poll(() => tab.textContent('output'), soon).toBe(String(index + 1));
    }
    expect(await textsOf(tab)).toEqual(['0 a', '1 b', '2 c']);
    expect(await tab.evaluate(() => globalThis.recorded.mounts)).toBeGreaterThanOrEqual(2);
    expect(server.handshakes).toHaveLength(1);

    const said = new Promise((resolve) =>
      connection.once('message', (data: Buffer) => resolve(data.toString())),
    );
    await tab.click('text=open');
    expect(await said).toBe('{"type":"say","text":"3"}');
  });

  it('loses nothing to a loop that StrictMode leaves and begins again', async () => {
    const { server, tab, render } = await openTab();
    await render({ by: 'loop' });
    const connection = await server.nextConnection();
    for (const text of ['a', 'b', 'c']) connection.send(postFrame(text));
    await expect.poll(() => textsOf(tab), soon).toEqual(['a', 'b', 'c']);
    expect(server.handshakes).toHaveLength(1);
  });

  it('closes its client without the component, and opens another one for other options', async () => {
    const { server, tab, render } = await openTab();
    await render({});
    const first = await server.nextConnection();
    await expect.poll(() => tab.textContent('button'), soon).toBe('open');
    const firstClosed = closeOf(first);
    await render({ room: 'attic' });
    const second = await server.nextConnection();
    expect(await firstClosed).toBe(1000);
    expect(server.handshakes.map(({ url }) => url)).toEqual(['/rooms/lobby/chat', '/rooms/attic/chat']);
    const secondClosed = closeOf(second);
    await render(null);
    expect(await secondClosed).toBe(1000);
  });

  it('shows that a connection was lost and is open again', async () => {
    const { server, tab, render } = await openTab();
    await render({});
    (await server.nextConnection()).terminate();
    (await server.nextConnection()).send(postFrame('again'));
    await expect.poll(() => textsOf(tab), soon).toEqual(['0 again']);
    expect(await tab.textContent('button')).toBe('open');
  });
});
