import { describe, expect, it } from 'vitest';
import { checkReadiness } from '../src/health.ts';

const silence = new Promise<void>(() => {});
const answer = async (): Promise<void> => {};

describe('a server', () => {
  it('is not ready without its store, and a store that does not answer counts as down', async () => {
    expect(await checkReadiness({ ping: () => silence }, null, false)).toEqual({
      isReady: false,
      status: 'not ready',
      dependencies: { store: 'down' },
    });
  });

  it('is ready without its broker, and says that it is slower', async () => {
    expect(await checkReadiness({ ping: answer }, 'down', false)).toEqual({
      isReady: true,
      status: 'degraded',
      dependencies: { store: 'up', broker: 'down' },
    });
  });

  it('is not ready when it is about to stop', async () => {
    expect(await checkReadiness({ ping: answer }, 'up', true)).toMatchObject({
      isReady: false,
      status: 'stopping',
    });
  });
});
