import { expect, it } from 'vitest';
import { createKeyBounds } from '../../../src/runtime/log/key-bounds.ts';
import { silentLog } from '../../../src/runtime/shared/log.ts';

function repeat(times: number, use: () => void): void {
  for (let count = 0; count < times; count += 1) use();
}

function startBounds(max: number) {
  const [trimmed, trimmedPublishers]: (readonly [user: string, max: number])[][] = [[], []];
  const bounds = createKeyBounds({
    engine: {
      trimKeys: async (...args) => void trimmed?.push(args),
      trimPublisherKeys: async (...args) => void trimmedPublishers?.push(args),
    },
    maxKeysPerUser: max,
    maxKeysPerPublisher: max,
    log: silentLog,
  });
  return {
    trimmed,
    trimmedPublishers,
    use: (user: string, times: number) => repeat(times, () => bounds.userKeyUsed(user)),
    publish: (user: string, times: number) => repeat(times, () => bounds.publisherKeyUsed(user)),
  };
}

it('removes keys after each tenth of the limit, for each user', () => {
  const { trimmed, use } = startBounds(100);
  use('ann', 9);
  use('bea', 9);
  expect(trimmed).toEqual([]);
  use('ann', 11);
  use('bea', 1);
  expect(trimmed).toEqual([
    ['ann', 100],
    ['ann', 100],
    ['bea', 100],
  ]);
});

it('removes those of publishers after their first one, too', () => {
  const { trimmed, trimmedPublishers, publish } = startBounds(100);
  publish('billing', 1);
  expect(trimmedPublishers).toEqual([['billing', 100]]);
  publish('billing', 19);
  publish('shipping', 1);
  expect(trimmedPublishers?.map(([user]) => user)).toEqual(['billing', 'billing', 'shipping']);
  expect(trimmed).toEqual([]);
});

it('removes none without a limit', () => {
  const { trimmed, trimmedPublishers, use, publish } = startBounds(0);
  use('ann', 1000);
  publish('billing', 1000);
  expect([trimmed, trimmedPublishers]).toEqual([[], []]);
});
