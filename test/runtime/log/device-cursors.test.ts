import { describe, expect, it, onTestFinished } from 'vitest';
import { createDeviceCursors } from '../../../src/runtime/log/device-cursors.ts';
import type { DeviceCursor, DeviceHolder } from '../../../src/runtime/log/engine.ts';

function startCursors(flushMs: number) {
  const saved: (readonly DeviceCursor[])[] = [];
  const logged: string[] = [];
  let failure: Error | null = null;
  const holders: DeviceHolder[] = [];
  let delay: Promise<void> | null = null;
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (_: unknown, text: string) => void logged.push(text),
  };
  const cursors = createDeviceCursors({
    engine: {
      findDeviceCursor: async () => null,
      findDeviceHolder: async () => holders.at(-1) ?? null,
      async claimDevice({ instance, attempt, replaces }) {
        const delayed = delay;
        delay = null;
        await delayed;
        if (replaces !== (holders.at(-1)?.fence ?? 0)) return null;
        const fence = holders.length + 1;
        holders.push({ instance, attempt, fence });
        return { ...at(1, 'now', 'phone', fence), fence, isNew: false };
      },
      trimDevices: async () => {},
      async saveDeviceCursors(batch) {
        if (failure !== null) throw failure;
        saved.push(batch);
      },
    },
    log,
    flushMs,
  });
  onTestFinished(() => cursors.close());
  return {
    cursors,
    saved,
    logged,
    holders,
    /** Delays the next claim in the database. */
    delayClaim: (until: Promise<void>): void => {
      delay = until;
    },
    fail: (error: Error | null) => {
      failure = error;
    },
  };
}

const phone = { user: 'ann', device: 'phone' };

const claimOf = (instance: string, attempt = 1) => ({ ...phone, instance, attempt, cursor: null });

const at = (seq: number, epoch = 'now', device = 'phone', fence: number | null = null): DeviceCursor => ({
  user: 'ann',
  device,
  epoch,
  seq,
  mark: seq,
  fence,
});

describe('the cursors of devices', () => {
  it('are stored in batches, one cursor per device', async () => {
    const { cursors, saved } = startCursors(3_600_000);
    for (const seq of [1, 3, 2]) cursors.save(at(seq));
    cursors.save(at(1, 'now', 'laptop'));
    expect(await cursors.find(phone)).toEqual(at(3));
    await cursors.close();
    expect(saved).toEqual([[at(3), at(1, 'now', 'laptop')]]);
  });

  it('move back only to another epoch', async () => {
    const { cursors } = startCursors(3_600_000);
    cursors.save(at(9, 'former'));
    cursors.save(at(4));
    cursors.save(at(3));
    expect(await cursors.find(phone)).toEqual(at(4));
  });

  it('are stored again after a failure, which is logged once', async () => {
    const { cursors, saved, logged, fail } = startCursors(1);
    fail(new Error('the disk is full'));
    cursors.save(at(1));
    await expect.poll(() => logged).toEqual(['cannot store acks; trying again']);
    cursors.save(at(2));
    fail(null);
    await expect.poll(() => saved.flat().at(-1)).toEqual(at(2));
    expect(logged).toHaveLength(1);
  });

  it('do not collide for users and devices whose names contain spaces', async () => {
    const { cursors } = startCursors(3_600_000);
    cursors.save({ ...at(1), user: 'a b', device: 'c' });
    expect(await cursors.find({ user: 'a', device: 'b c' })).toBeNull();
  });

  it('resolve `store` once they are stored, and reject it if that fails', async () => {
    const { cursors, saved, fail } = startCursors(3_600_000);
    await Promise.all([cursors.store(at(1)), cursors.store(at(1, 'now', 'laptop'))]);
    expect(saved).toEqual([[at(1), at(1, 'now', 'laptop')]]);
    fail(new Error('the disk is full'));
    await expect(cursors.store(at(2))).rejects.toThrow('the disk is full');
    fail(null);
    await cursors.close();
    expect(saved.at(-1)).toEqual([at(2)]);
  });

  it('are those of the newest claim, and of clients that claim nothing', async () => {
    const { cursors, saved, fail } = startCursors(3_600_000);
    const all = [at(5, 'now', 'phone', 2), at(9, 'now', 'phone', 1), at(7)];
    for (const cursor of all) cursors.save(cursor);
    fail(new Error('the disk is full'));
    await expect(cursors.store(at(6, 'now', 'phone', 1))).rejects.toThrow('the disk is full');
    fail(null);
    await cursors.close();
    expect(saved).toEqual([[all[0], all[2]]]);
  });

  it('are stored before the device is claimed', async () => {
    const { cursors, saved } = startCursors(3_600_000);
    for (const fence of [1, null]) {
      cursors.save(at(5, 'now', 'phone', fence));
      await cursors.claim(claimOf('one'), () => false);
      expect(saved.at(-1)).toEqual([at(5, 'now', 'phone', fence)]);
    }
  });
});

describe('a claim to a device', () => {
  it('that was delayed does not replace the one of a client that came later', async () => {
    const { cursors, holders, delayClaim } = startCursors(3_600_000);
    const held = Promise.withResolvers<void>();
    delayClaim(held.promise);
    let hasLeft = false;
    const late = cursors.claim(claimOf('one'), () => hasLeft);
    expect(await cursors.claim(claimOf('two'), () => false)).toMatchObject({ fence: 1 });
    hasLeft = true;
    held.resolve();
    expect(await late).toBeNull();
    expect(holders).toMatchObject([{ instance: 'two' }]);
  });

  it('is repeated if another client has claimed the device in between', async () => {
    const { cursors, holders, delayClaim } = startCursors(3_600_000);
    const held = Promise.withResolvers<void>();
    delayClaim(held.promise);
    const late = cursors.claim(claimOf('one'), () => false);
    await cursors.claim(claimOf('two'), () => false);
    held.resolve();
    expect(await late).toMatchObject({ fence: 2 });
    expect(holders).toMatchObject([{ instance: 'two' }, { instance: 'one' }]);
  });

  it('is not made after a later one of the same client', async () => {
    const { cursors } = startCursors(3_600_000);
    await cursors.claim(claimOf('one', 2), () => false);
    expect(await cursors.claim(claimOf('one', 1), () => false)).toBeNull();
    expect(await cursors.claim(claimOf('one', 2), () => false)).toMatchObject({ fence: 2 });
  });
});
