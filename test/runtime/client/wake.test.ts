import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../../src/runtime/client/browser.ts';
import { startChatServer } from './chat-server.ts';
import { frames, openFeed } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post } = frames;

/** Node's global WebSocket has the API of browsers, and these stand in for a page. */
const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const events = new EventTarget();

beforeEach(() => {
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  vi.stubGlobal('document', page);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const wakes: readonly (readonly [title: string, wake: () => void])[] = [
  ['the network is back', () => events.dispatchEvent(new Event('online'))],
  [
    'the page comes out of the back-forward cache',
    () => events.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })),
  ],
  ['the page is shown', () => events.dispatchEvent(new Event('pageshow'))],
  ['the page becomes visible', () => page.dispatchEvent(new Event('visibilitychange'))],
];

describe.each(wakes)('when %s', (_, wake) => {
  it('a client that waits tries at once', async () => {
    let isDown = true;
    const server = await startChatServer({ refuse: () => (isDown ? { status: 503 } : undefined) });
    const { waits } = openFeed(
      server.url,
      { reconnect: { baseMs: 2_000_000, maxMs: 2_000_000 } },
      'none',
      connect,
    );
    await waits(1);
    isDown = false;
    wake();
    await server.nextConnection();
    expect(server.handshakes).toHaveLength(2);
  });

  it('a connection whose heartbeat is late is replaced at once, and loses nothing', async () => {
    const server = await startChatServer();
    const { statuses, delivered } = openFeed(server.url, {}, 'post', connect);
    const first = await server.nextConnection();
    first.send(ready(0, 256, 60_000));
    first.send(post(1));
    await expect.poll(() => delivered, soon).toEqual(['1']);
    // The machine sleeps: only the system's clock goes on.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    wake();
    const second = await server.nextConnection();
    vi.useRealTimers();
    second.send(ready(1, 256, 60_000));
    second.send(post(2));
    await expect.poll(() => delivered, soon).toEqual(['1', '2']);
    expect(statuses.filter(({ state }) => state === 'open')).toHaveLength(2);
  });
});

describe('a connection that has just received something', () => {
  it.each(wakes.slice(2))('is kept when %s', async (_, wake) => {
    const server = await startChatServer();
    const { delivered, statuses } = openFeed(server.url, {}, 'post', connect);
    const connection = await server.nextConnection();
    connection.send(ready(0, 256, 60_000));
    connection.send(post(1));
    await expect.poll(() => delivered, soon).toEqual(['1']);
    wake();
    connection.send(post(2));
    await expect.poll(() => delivered, soon).toEqual(['1', '2']);
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'open']);
  });

  it('is kept when the page is hidden', async () => {
    const server = await startChatServer();
    const { statuses, delivered } = openFeed(server.url, {}, 'post', connect);
    const connection = await server.nextConnection();
    connection.send(ready(0, 256, 60_000));
    connection.send(post(1));
    await expect.poll(() => delivered, soon).toEqual(['1']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    page.visibilityState = 'visible';
    expect(statuses.at(-1)?.state).toBe('open');
  });
});

it('a client that has ended no longer listens', async () => {
  const server = await startChatServer();
  const removed = vi.fn<() => void>();
  vi.stubGlobal(
    'addEventListener',
    (_type: string, _listener: unknown, { signal }: { signal: AbortSignal }) =>
      signal.addEventListener('abort', removed),
  );
  const { client } = openFeed(server.url, {}, 'none', connect);
  (await server.nextConnection()).close(1000);
  await client.closed;
  expect(removed).toHaveBeenCalled();
});
