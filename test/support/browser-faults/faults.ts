import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, FaultContext, FaultPeriod, FaultTimings } from './fault.ts';

const seconds = (ms: number): string => `${ms / 1000} s`;

/** From now until `cause` has resolved. */
async function during(cause: () => Promise<unknown>): Promise<FaultPeriod> {
  const startMs = Date.now();
  await cause();
  return { startMs, endMs: Date.now() };
}

/** Nothing says that the connections are lost, and others can be opened. */
async function loseConnections({ network, tabs, until }: FaultContext): Promise<FaultPeriod> {
  const startMs = Date.now();
  network.lose();
  await until('the loss to be noticed', () => tabs.every((tab) => tab.leftOpenMs(startMs) !== null));
  return { startMs, endMs: startMs };
}

async function useStream({ network, tabs: [tab], until }: FaultContext): Promise<void> {
  const startMs = Date.now();
  network.weather = 'blocks upgrades';
  network.reset();
  await until('a stream', () => tab.leftOpenMs(startMs) !== null && tab.state === 'open');
}

async function shareConnection({ network, until }: FaultContext): Promise<void> {
  await until('one connection for all tabs', () => network.open.upgraded === 1);
}

/** Every client leaves the server, or the server leaves it; the process is another one then. */
async function restart({ server }: FaultContext, signal: 'SIGTERM' | 'SIGKILL'): Promise<FaultPeriod> {
  return await during(() => server.restart(signal, async () => {}));
}

const suspended = ({ suspensionMs }: FaultTimings): string => `for ${seconds(suspensionMs)}`;

/** The rows of the table, in its order. */
export const faults: readonly Fault[] = [
  {
    name: 'offline',
    how: ({ outageMs }) => `the browser is offline for ${seconds(outageMs)}, and every packet is dropped`,
    cause: ({ network, tabs: [tab], timings }) =>
      during(async () => {
        network.lose();
        network.weather = 'no answers';
        await tab.setOffline(true);
        await delay(timings.outageMs);
        network.weather = 'fine';
        await tab.setOffline(false);
      }),
  },
  {
    name: 'half-open',
    how: () => 'the packets of the connection are dropped, and neither side is told',
    cause: loseConnections,
  },
  {
    name: 'half-open stream',
    how: () => 'the same for server-sent events',
    async cause(context) {
      await useStream(context);
      return await loseConnections(context);
    },
  },
  {
    name: 'freeze',
    how: (timings) => `the browser freezes the hidden page ${suspended(timings)}`,
    cause: ({ tabs: [tab], timings, until }) =>
      during(async () => {
        await tab.freeze();
        await delay(timings.suspensionMs);
        await tab.unfreeze();
        await until('the page to report that it was frozen', () => tab.wasFrozen);
      }),
  },
  {
    name: 'freeze and half-open',
    how: () => 'the same, and the connection is lost meanwhile',
    cause: ({ network, tabs: [tab], timings, until }) =>
      during(async () => {
        await tab.freeze();
        network.lose();
        await delay(timings.suspensionMs);
        await tab.unfreeze();
        await until('the page to report that it was frozen', () => tab.wasFrozen);
      }),
  },
  {
    name: 'back-forward cache',
    how: ({ outageMs }) => `the user follows a link, and goes back after ${seconds(outageMs)}`,
    cause: ({ tabs: [tab], timings, otherUrl, until }) =>
      during(async () => {
        await tab.leaveFor(otherUrl);
        await delay(timings.outageMs);
        await tab.goBack();
        await until('the page to be restored from the cache', () => tab.wasRestored);
      }),
  },
  {
    name: 'sleep',
    how: (timings) =>
      `all processes of the browser are stopped ${suspended(timings)}, and the connection is lost`,
    cause: ({ network, browser, timings }) =>
      during(async () => {
        browser.sleep();
        network.lose();
        await delay(timings.suspensionMs);
        browser.wake();
      }),
  },
  {
    name: 'captive portal',
    how: ({ outageMs }) => `for ${seconds(outageMs)}, every request gets 200 or 302 with a page`,
    cause: ({ network, timings }) =>
      during(async () => {
        network.weather = 'captive portal';
        network.reset();
        await delay(timings.outageMs);
        network.weather = 'fine';
      }),
  },
  {
    name: 'resets',
    how: () => 'the connection is reset 5 times, each time once it is open again',
    cause: ({ network, tabs: [tab], until }) =>
      during(async () => {
        for (let count = 0; count < 5; count += 1) {
          await until('another connection', () => tab.state === 'open' && network.open.upgraded > 0);
          const startMs = Date.now();
          network.reset();
          await until('the reset to be noticed', () => tab.leftOpenMs(startMs) !== null);
        }
      }),
  },
  {
    name: 'restart',
    how: () => 'the server is restarted with SIGTERM',
    cause: (context) => restart(context, 'SIGTERM'),
  },
  {
    name: 'crash',
    how: () => 'the server is killed with SIGKILL, and started again',
    cause: (context) => restart(context, 'SIGKILL'),
  },
  {
    name: 'two tabs',
    how: () => 'the connection that two tabs share is lost, as in "half-open"',
    tabs: 2,
    async cause(context) {
      await shareConnection(context);
      return await loseConnections(context);
    },
  },
  {
    name: 'closed tab',
    how: () => 'of two tabs that share a connection, the one that has it is closed',
    tabs: 2,
    async cause(context) {
      await shareConnection(context);
      return await during(() => context.tabs[0].close());
    },
  },
  {
    name: 'replay',
    how: ({ replayed }) =>
      `${replayed.toLocaleString('en')} messages are published while the network is down`,
    cause: ({ network, publisher, timings }) =>
      during(async () => {
        network.weather = 'refuses';
        network.reset();
        await publisher.burst(timings.replayed);
        network.weather = 'fine';
      }),
  },
  {
    name: 'upgrades blocked',
    how: ({ webSocketRetryMs }) =>
      `upgrades get 403, so the client reads server-sent events; it looks for WebSockets after ${seconds(webSocketRetryMs)}`,
    cause: (context) =>
      during(async () => {
        const { network, until } = context;
        await useStream(context);
        await delay(context.timings.outageMs);
        network.weather = 'fine';
        await until('a WebSocket', () => network.open.upgraded > 0 && network.open.other === 0);
      }),
  },
];
