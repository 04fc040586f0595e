import { expect, it } from 'vitest';
import { checkReadiness } from '../src/health.ts';

const silence = new Promise<void>(() => {});

it('a store that does not answer counts as down', async () => {
  expect(await checkReadiness({ ping: () => silence }, false)).toEqual({
    isReady: false,
    dependencies: { store: 'down' },
  });
});
