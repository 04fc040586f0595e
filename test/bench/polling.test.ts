import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startPolling } from '../../bench/load/polling.ts';

describe('polling', () => {
  it('counts time without messages as idle', async () => {
    const startMs = performance.now();
    const polling = startPolling(() => 0);
    await sleep(50);
    polling.stop();
    const idleMs = polling.idleSeconds() * 1000;
    expect(idleMs).toBeGreaterThan(0);
    expect(idleMs).toBeLessThanOrEqual(performance.now() - startMs);
  });

  it('does not count time with messages', async () => {
    let come = 0;
    const polling = startPolling(() => {
      come += 1;
      return come;
    });
    await sleep(50);
    polling.stop();
    expect(polling.idleSeconds()).toBe(0);
  });

  it('stops', async () => {
    let asked = 0;
    const polling = startPolling(() => {
      asked += 1;
      return 0;
    });
    await sleep(5);
    polling.stop();
    const askedBefore = asked;
    await sleep(5);
    expect(asked).toBe(askedBefore);
  });
});
