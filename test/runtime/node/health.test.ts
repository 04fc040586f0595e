import { describe, expect, it } from 'vitest';
import { checkReadiness } from '../../../src/runtime/node/health.ts';

const up = { isUp: () => true };
const down = { isUp: () => false };

describe('checkReadiness', () => {
  it.each([
    ['does not answer', { isUp: () => new Promise<boolean>(() => {}) }],
    ['rejects', { isUp: () => Promise.reject(new Error('gone')) }],
    ['throws', { isUp: () => fail() }],
    ['is down', down],
  ])('is not ready while a required dependency %s', async (_title, store) => {
    expect(await checkReadiness({ store }, false)).toEqual({
      isReady: false,
      status: 'not ready',
      dependencies: { store: 'down' },
    });
  });

  it('is degraded but ready without an optional dependency', async () => {
    expect(await checkReadiness({ store: up, broker: { ...down, isOptional: true } }, false)).toEqual({
      isReady: true,
      status: 'degraded',
      dependencies: { store: 'up', broker: 'down' },
    });
  });

  it('is not ready while the server is stopping', async () => {
    expect(await checkReadiness({ store: up }, true)).toMatchObject({ isReady: false, status: 'stopping' });
  });
});

function fail(): boolean {
  throw new Error('broken');
}
