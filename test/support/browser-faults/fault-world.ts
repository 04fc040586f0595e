import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bundleForBrowser, servePage } from '../chromium.ts';
import { createRest, type Rest } from '../history/rest.ts';
import { ServerUnderTest } from '../history/server-under-test.ts';
import { startBrowser } from './browser-process.ts';
import type { Fault, FaultPeriod, FaultTimings } from './fault.ts';
import { type FaultResult, resultOf } from './fault-result.ts';
import { openFaultyNetwork } from './faulty-network.ts';
import { NumberedPublisher } from './numbered-publisher.ts';
import { Tab } from './tab.ts';

/** How long anything may take that must happen. */
const limitMs = 120_000;
const pollMs = 20;
const password = 'correct horse battery staple';

/** A server, a browser and a page: all that faults need. Several faults may be run at the same time. */
export interface FaultWorld extends AsyncDisposable {
  /** Publishes messages before, during and after a fault, and resolves with what became of them. */
  run(fault: Fault): Promise<FaultResult>;
}

/** Aborting the signal ends the requests of publishers. */
export async function startFaultWorld(timings: FaultTimings, signal: AbortSignal): Promise<FaultWorld> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'posted-faults-'));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await ServerUnderTest.start(program, {
    DATA_DIR: folder,
    JWT_SECRET: randomBytes(32).toString('base64url'),
    HEARTBEAT_INTERVAL_MS: String(timings.heartbeatMs),
  });
  starting.defer(async () => void (await server.end()));
  const rest = createRest([server.port], signal);
  starting.defer(() => rest.close());
  const page = await servePage(await bundleForBrowser(join(import.meta.dirname, 'fault-page.ts')));
  starting.defer(() => page.close());
  const otherPage = await servePage('');
  starting.defer(() => otherPage.close());
  const browser = await startBrowser();
  starting.defer(() => browser.close());
  const token = await registerUser(rest);
  const started = starting.move();
  const until = (what: string, holds: () => boolean, withinMs = limitMs): Promise<void> =>
    waitUntil(what, holds, withinMs, signal);
  /** How long after everything else messages may arrive. */
  const arrivalMs = 10_000 + 4 * timings.heartbeatMs;

  /** Tabs with the same publisher have the same cursor, and share a connection. */
  async function openTab(url: string, publisher: string): Promise<Tab> {
    const { reconnect, webSocketRetryMs } = timings;
    const settings = { url, token, publisher, cursor: publisher, reconnect, webSocketRetryMs };
    return await Tab.open(await browser.openTab(), page.url, settings);
  }

  /** All that the server has answered must arrive, and then nothing but the last message. */
  async function finish(
    publisher: NumberedPublisher,
    tabs: readonly Tab[],
    { endMs }: FaultPeriod,
  ): Promise<void> {
    const { published } = publisher;
    await until('messages after the fault', () => published.some(({ atMs }) => atMs > endMs));
    await publisher.stop();
    const hasAll = (tab: Tab): boolean =>
      new Set(tab.received.map(({ number }) => number)).size >= published.length;
    // Without them, there is a result, too: what was lost.
    await until('all messages', () => tabs.every(hasAll), arrivalMs).catch(() => {});
    await publisher.publish();
    await until('the last message', () => tabs.every(hasAll), arrivalMs).catch(() => {});
  }

  return {
    async run(fault) {
      await using ending = new AsyncDisposableStack();
      const network = await openFaultyNetwork(server.port);
      ending.defer(() => network.close());
      const tabs: Tab[] = [];
      for (let index = 0; index < (fault.tabs ?? 1); index += 1) {
        const tab = await openTab(network.url, fault.name);
        ending.defer(() => tab.close());
        tabs.push(tab);
      }
      const publisher = new NumberedPublisher(rest, token, fault.name);
      ending.defer(() => publisher.stop());
      await until('the clients to be open', () => tabs.every(({ state }) => state === 'open'));
      publisher.start(timings.publishEveryMs);
      await until('the first messages', () => tabs.every(({ received }) => received.length > 2));
      const context = { network, browser, server, publisher, otherUrl: otherPage.url, timings, until };
      const period = await fault.cause({ ...context, tabs: tabs as [Tab, ...Tab[]] });
      const remaining = tabs.filter(({ isClosed }) => !isClosed);
      await finish(publisher, remaining, period);
      return resultOf(fault, period, publisher.published, remaining);
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

const program = {
  server: 'src/feed-server/main.ts',
  bumpEpoch: 'src/feed-server/commands/bump-epoch.ts',
  announcement: 'Posted serves REST on ',
};

/** Resolves with a token. */
async function registerUser(rest: Rest): Promise<string> {
  const registered = await rest.requestUntilAnswered({
    method: 'POST',
    path: '/user/register',
    body: { first_name: 'Ada', second_name: 'Lovelace', password },
  });
  const { user_id: id } = registered as { readonly user_id: string };
  const loggedIn = await rest.requestUntilAnswered({
    method: 'POST',
    path: '/login',
    body: { id, password },
  });
  return (loggedIn as { readonly token: string }).token;
}

/** Rejects with what did not happen, or when the run is interrupted. */
async function waitUntil(
  what: string,
  holds: () => boolean,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await delay(pollMs, undefined, { signal });
  }
}
