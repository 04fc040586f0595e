import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DeviceFences } from '../../../../src/runtime/log/delivery/device-fences.ts';
import type { FencedDevice } from '../../../../src/runtime/log/engine.ts';

function startFences() {
  const claims: FencedDevice[] = [];
  const reads: number[] = [];
  const logged: string[] = [];
  let failure: Error | null = null;
  let reading = Promise.resolve();
  const fences = new DeviceFences({
    engine: {
      findDeviceHolder: async () => null,
      async devicesClaimedAfter(after, limit) {
        reads.push(after);
        const found = claims.filter(({ fence }) => fence > after).slice(0, limit);
        await reading;
        if (failure !== null) throw failure;
        return found;
      },
    },
    log: { debug() {}, info() {}, warn() {}, error: (_: unknown, text: string) => void logged.push(text) },
    checkMs: 1,
  });
  onTestFinished(() => fences.close());
  return {
    fences,
    reads,
    logged,
    /** Another node claims the device. */
    claim: (fence: number, user = 'ann', device = 'phone') => void claims.push({ user, device, fence }),
    open: (fence: number, user = 'ann', device = 'phone') => {
      const closed: string[] = [];
      const connection = { close: (code = '') => void closed.push(code) };
      const holder = { connection, held: { user, device, fence } };
      fences.add(holder);
      return { closed, remove: () => fences.remove(holder) };
    },
    fail: (error: Error | null) => {
      failure = error;
    },
    /** Reads wait for the function that it returns. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      reading = promise;
      return resolve;
    },
  };
}

describe('the fences of devices', () => {
  it('cost nothing without connections that have claimed a device', async () => {
    const { reads, open } = startFences();
    const { remove } = open(1);
    await expect.poll(() => reads.length).toBeGreaterThan(0);
    remove();
    await turn();
    const { length } = reads;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(reads.length).toBe(length);
  });

  it('are read from the last claim on, page by page', async () => {
    const { reads, open, claim } = startFences();
    const phone = open(5);
    for (let fence = 6; fence < 1100; fence += 1) claim(fence, `user ${fence}`);
    claim(2000);
    await expect.poll(() => phone.closed).toEqual(['replaced']);
    await expect.poll(() => reads.at(-1)).toBe(2000);
    expect([...new Set(reads)]).toEqual([5, 1005, 2000]);
  });

  it('reach connections that open after their claim was followed by another', async () => {
    const { reads, open, claim } = startFences();
    open(1, 'bob');
    claim(3);
    await expect.poll(() => reads.at(-1)).toBe(3);
    const phone = open(2);
    await expect.poll(() => phone.closed).toEqual(['replaced']);
  });

  it('reach connections that open while claims are read', async () => {
    const { reads, open, claim, hold } = startFences();
    open(4, 'bob');
    const release = hold();
    const before = reads.length;
    await expect.poll(() => reads.length).toBeGreaterThan(before);
    claim(3);
    const phone = open(2);
    claim(9, 'eve');
    release();
    await expect.poll(() => phone.closed).toEqual(['replaced']);
  });

  it('close the older of two connections here, in either order, and no other device', () => {
    const { open } = startFences();
    const newer = open(8);
    const others = [open(1, 'ann', 'desk'), open(1, 'bob')];
    expect(open(7).closed).toEqual(['replaced']);
    expect([newer, ...others].map(({ closed }) => closed)).toEqual([[], [], []]);
    open(9);
    expect(newer.closed).toEqual(['replaced']);
  });

  it('are checked again after a failure, which is logged once', async () => {
    const { open, claim, fail, logged, reads } = startFences();
    fail(new Error('no database'));
    const phone = open(1);
    claim(2);
    await expect.poll(() => reads.length).toBeGreaterThan(2);
    expect(phone.closed).toEqual([]);
    fail(null);
    await expect.poll(() => phone.closed).not.toEqual([]);
    expect(logged).toEqual(['cannot read which devices were claimed; trying again']);
  });
});
