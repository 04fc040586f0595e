import { expect, it } from 'vitest';
import type { Limiter } from '../../../src/runtime/shared/limits/limiter.ts';
import { RateCounter } from '../../../src/runtime/shared/limits/rate-counter.ts';
import { bids, connectMarket, startMarket, times } from './start-market.ts';

/** Counts as another process would, which takes a moment, for all servers that use it. */
function createSharedLimiter(): Limiter {
  const counters = new Map<string, RateCounter>();
  return (name, limit) => {
    const counter = counters.get(name) ?? new RateCounter(limit);
    counters.set(name, counter);
    return {
      async take(key) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return counter.take(key);
      },
    };
  };
}

it('two servers with one limiter count together, and messages keep their order', async () => {
  const limiter = createSharedLimiter();
  const [one, other] = [await startMarket({ limiter }), await startMarket({ limiter })];
  const first = await connectMarket(one.socketUrl);
  const second = await connectMarket(other.socketUrl);
  first.send(...bids(2), { type: 'whisper', text: 'a' });
  expect((await first.take(2)).map((frame) => JSON.parse(frame).id)).toEqual(['1', '2']);
  await expect.poll(() => one.done).toEqual(['ann bids 100', 'ann bids 100', 'ann whispers a']);
  second.send(...bids(3));
  const answers = (await second.take(3)).map((frame) => JSON.parse(frame));
  expect(answers).toMatchObject([
    { type: 'bidAccepted', id: '1' },
    { type: 'error', id: '2', error: { code: 'too_many_requests' } },
    { type: 'error', id: '3', error: { code: 'too_many_requests' } },
  ]);
});

it('a message that cannot be answered closes its connection, also if its count takes a moment', async () => {
  const { socketUrl, done } = await startMarket({ limiter: createSharedLimiter() });
  const { send, closed } = await connectMarket(socketUrl);
  send(...times(6, { type: 'wave' }));
  expect(await closed).toMatchObject({ code: 4429 });
  expect(done).toHaveLength(4);
});

it('REST requests wait for the count, too', async () => {
  const limiter = createSharedLimiter();
  const [one, other] = [await startMarket({ limiter }), await startMarket({ limiter })];
  const statuses: number[] = [];
  for (const { url } of [one, one, other, other]) statuses.push((await fetch(`${url}/price/fish`)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});
