import { expect, it } from 'vitest';
import { createKeyBounds } from '../../../src/runtime/log/key-bounds.ts';
import { silentLog } from '../../../src/runtime/shared/log.ts';

function startBounds(maxKeysPerUser: number) {
  const trimmed: (readonly [user: string, max: number])[] = [];
  const engine = { trimKeys: async (user: string, max: number) => void trimmed.push([user, max]) };
  const keyUsed = createKeyBounds({ engine, maxKeysPerUser, log: silentLog });
  return {
    trimmed,
    use: (user: string, times: number) => {
      for (let count = 0; count < times; count += 1) keyUsed(user);
    },
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

it('removes none without a limit', () => {
  const { trimmed, use } = startBounds(0);
  use('ann', 1000);
  expect(trimmed).toEqual([]);
});
