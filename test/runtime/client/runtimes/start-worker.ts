import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { bundleForBrowser, servePage } from '../../../support/chromium.ts';
import { soon } from '../soon.ts';
import type { FeedEvent, FeedTarget } from './follow-feed.ts';
import type { Reader } from './start-program.ts';

/** Opens a page that can start feed-worker.ts in a web worker. */
export async function openWorkerPage(browser: Browser) {
  const code = await bundleForBrowser(join(import.meta.dirname, 'feed-worker.ts'));
  const server = await servePage('');
  const tab = await browser.newPage();
  const events: FeedEvent[] = [];
  await tab.exposeFunction('report', (event: FeedEvent) => void events.push(event));
  await tab.goto(server.url);
  return {
    close: () => server.close(),
    /** Starts a worker that continues after what the one before has saved. */
    async start(target: FeedTarget): Promise<Reader> {
      const cursor = events.flatMap((event) => ('cursor' in event ? [event.cursor] : [])).at(-1) ?? null;
      events.length = 0;
      const worker = await tab.evaluateHandle(
        ([source, request]) => {
          const started = new Worker(URL.createObjectURL(new Blob([source])));
          started.addEventListener('message', ({ data }) => Reflect.get(globalThis, 'report')(data));
          started.postMessage(request);
          return started;
        },
        [code, { ...target, cursor }] as const,
      );
      return {
        events,
        async close() {
          await worker.evaluate((started) => started.postMessage(null));
          await expect.poll(() => events, soon).toContainEqual({ state: 'closed' });
          await worker.evaluate((started) => started.terminate());
        },
      };
    },
  };
}
