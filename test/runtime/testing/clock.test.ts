import { setTimeout as sleep } from 'node:timers';
import { setInterval as every, setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { testServer } from 'posted/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuctions } from './auction/auctions.ts';
import * as channels from './auction/generated/asyncapi/client.ts';

const params = { auctionId: 'a1' };

async function startClock() {
  const t = await testServer(() => createAuctions().server);
  onTestFinished(() => t[Symbol.asyncDispose]());
  return t.clock;
}

describe('the clock', () => {
  it('moves Date and performance.now', async () => {
    const clock = await startClock();
    const [dateMs, nowMs] = [Date.now(), performance.now()];
    await clock.advance('1h');
    expect(Date.now() - dateMs).toBeGreaterThanOrEqual(3_600_000);
    expect(Date.now() - dateMs).toBeLessThan(3_660_000);
    expect(Date.parse(new Date().toISOString()) - dateMs).toBeGreaterThanOrEqual(3_600_000);
    expect(Date.parse(Date()) - dateMs).toBeGreaterThanOrEqual(3_599_000);
    expect(performance.now() - nowMs).toBeGreaterThanOrEqual(3_600_000);
    expect(new Date(0)).toEqual(new Date('1970-01-01T00:00:00Z'));
    expect(new Date()).toBeInstanceOf(Date);
  });

  it('lets time pass by itself', async () => {
    await startClock();
    const startMs = Date.now();
    await wait(20);
    await new Promise((resolve) => setTimeout(resolve, 20));
    // Node's timers may fire a little early on a busy machine.
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(30);
  });

  it('fires timers in order, each at its time', async () => {
    const clock = await startClock();
    const startMs = Date.now();
    const fired: (readonly [string, number])[] = [];
    const note = (name: string) => void fired.push([name, Math.round((Date.now() - startMs) / 1_000)]);
    setTimeout(note, 30_000, 'timeout');
    const interval = setInterval(note, 20_000, 'interval');
    sleep(note, 10_000, 'node:timers');
    void wait(50_000).then(() => note('node:timers/promises'));
    void promisify(setTimeout)(51_000).then(() => note('promisify'));
    AbortSignal.timeout(25_000).addEventListener('abort', () => note('AbortSignal'));
    setTimeout(() => setTimeout(note, 1_000, 'nested'), 10_000);
    setTimeout(note, 61_000, 'later');
    await clock.advance('1m');
    clearInterval(interval);
    expect(fired).toEqual([
      ['node:timers', 10],
      ['nested', 11],
      ['interval', 20],
      ['AbortSignal', 25],
      ['timeout', 30],
      ['interval', 40],
      ['node:timers/promises', 50],
      ['promisify', 51],
      ['interval', 60],
    ]);
  });

  it('does not fire timers that were cleared, and fires refreshed ones later', async () => {
    const clock = await startClock();
    const fired: string[] = [];
    const byObject = setTimeout(() => fired.push('object'), 1_000);
    const byId = setTimeout(() => fired.push('id'), 1_000);
    const id = Number(byId);
    const refreshed = setTimeout(() => fired.push('refreshed'), 3_000);
    clearTimeout(byObject);
    clearTimeout(id);
    byObject.refresh();
    await clock.advance('2s');
    refreshed.refresh();
    await clock.advance('2s');
    expect(fired).toEqual([]);
    await clock.advance('1s');
    expect(fired).toEqual(['refreshed']);
  });

  it('lets timers that remain fire after the rest of their time', async () => {
    const clock = await startClock();
    const fired: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 60_050);
    await clock.advance('1m');
    void promise.then(() => fired.push('timer'));
    await Promise.resolve();
    expect(fired).toEqual([]);
    await promise;
  });

  it('rejects waits that are aborted, like Node', async () => {
    await startClock();
    const controller = new AbortController();
    const waiting = wait(1_000, undefined, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
  });

  it('moves the intervals of node:timers/promises', async () => {
    const clock = await startClock();
    const values: string[] = [];
    void (async () => {
      for await (const value of every(1_000, 'tick')) if (values.push(value) === 3) break;
    })();
    await clock.advance('10s');
    expect(values).toEqual(['tick', 'tick', 'tick']);
  });

  it.each([
    [1_500, 1_500],
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['1d', 86_400_000],
  ] as const)('understands %s', async (duration, ms) => {
    const clock = await startClock();
    const startMs = performance.now();
    await clock.advance(duration);
    expect(Math.abs(performance.now() - startMs - ms)).toBeLessThan(1_000);
  });

  it.each([-1, Number.NaN, '5 minutes', 's', ''])('rejects the duration %j', async (duration) => {
    const clock = await startClock();
    await expect(clock.advance(duration as number)).rejects.toThrow(TypeError);
  });

  it('is the same for several test servers, and real after the last of them', async () => {
    const startMs = Date.now();
    const first = await testServer(() => createAuctions().server);
    const second = await testServer(() => createAuctions().server);
    await first.clock.advance('1h');
    await first[Symbol.asyncDispose]();
    await second.clock.advance('1h');
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(7_200_000);
    await second[Symbol.asyncDispose]();
    expect(Date.now() - startMs).toBeLessThan(60_000);
  });

  it('leaves timers that outlive it to be cleared', async () => {
    const t = await testServer(() => createAuctions().server);
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    await t[Symbol.asyncDispose]();
    await wait(10);
    expect(ticks).toBeGreaterThan(0);
    clearInterval(timer);
    const before = ticks;
    await wait(10);
    expect(ticks).toBe(before);
  });
});

describe('the clock of a server and its clients', () => {
  it("fires the handlers' timers, and delivers what they send", async () => {
    await using t = await testServer(() => createAuctions().server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    const winners: unknown[] = [];
    ann.on.auctionClosed(({ winner }) => void winners.push(winner));
    await ann.placeBid({ cents: 150 });
    await t.clock.advance('59s');
    expect(winners).toEqual([]);
    await t.clock.advance('1s');
    expect(winners).toEqual(['ann']);
  });

  it('delivers what a timer causes before the next timer fires', async () => {
    await using t = await testServer(() => createAuctions().server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    const order: string[] = [];
    setTimeout(async () => {
      for (const cents of [150, 200, 250]) {
        await ann.placeBid({ cents });
        order.push(`bid ${cents}`);
      }
    }, 1_000);
    setTimeout(() => order.push('next timer'), 1_001);
    await t.clock.advance('2s');
    expect(order).toEqual(['bid 150', 'bid 200', 'bid 250', 'next timer']);
  });

  it('keeps connections open with pings and pongs', async () => {
    const { server, closed } = createAuctions();
    await using t = await testServer(server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    await t.clock.advance('1h');
    expect(ann.status.value.state).toBe('open');
    expect(closed).toEqual([]);
  });

  it('lets credentials expire, and the client log in again', async () => {
    const { server, closed } = createAuctions();
    await using t = await testServer(server);
    let logins = 0;
    const auth = () => {
      logins += 1;
      return `ann.secret.60.${logins}`;
    };
    const ann = await t.connect(channels.auction, { auth, params });
    await t.clock.advance('2m');
    expect(closed).toContainEqual(['ann', 4401]);
    await ann.opened;
    expect(logins).toBeGreaterThan(1);
  });

  it('lets the expiry of a given user end its connection', async () => {
    const { server, closed } = createAuctions();
    await using t = await testServer(server);
    const user = { id: 'ann', expiresAtMs: Date.now() + 60_000 };
    await t.connect(channels.auction, { user, params, onError() {} });
    await t.clock.advance('2m');
    expect(closed[0]).toEqual(['ann', 4401]);
  });

  it('lets the server answer a request that its handler does not answer in time', async () => {
    await using t = await testServer(() => createAuctions({ requestTimeoutMs: 30_000 }).server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    const request = ann.placeBid({ cents: 14 }, { timeoutMs: 3_600_000 });
    const [outcome] = await Promise.allSettled([request, t.clock.advance('1m')]);
    expect(outcome).toMatchObject({ reason: { name: 'PostedError', code: 'unavailable' } });
  });

  it('lets the client give up a request', async () => {
    await using t = await testServer(() => createAuctions().server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    const request = ann.placeBid({ cents: 14 }, { timeoutMs: 5_000 });
    const [outcome] = await Promise.allSettled([request, t.clock.advance('5s')]);
    expect(outcome).toMatchObject({ reason: { code: 'timeout' } });
  });
});
