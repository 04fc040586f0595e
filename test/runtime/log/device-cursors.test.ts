import { describe, expect, it, onTestFinished } from 'vitest';
import { createDeviceCursors } from '../../../src/runtime/log/device-cursors.ts';
import type { DeviceCursor } from '../../../src/runtime/log/engine.ts';

function startCursors(flushMs: number) {
  const saved: (readonly DeviceCursor[])[] = [];
  const logged: string[] = [];
  let failure: Error | null = null;
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (_: unknown, text: string) => void logged.push(text),
  };
  const cursors = createDeviceCursors({
    engine: {
      findDeviceCursor: async () => null,
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
    fail: (error: Error | null) => {
      failure = error;
    },
  };
}

const at = (seq: number, epoch = 'now', device = 'phone'): DeviceCursor => ({
  user: 'ann',
  device,
  epoch,
  seq,
  mark: seq,
});

describe('the cursors of devices', () => {
  it('are stored in batches, one cursor per device', async () => {
    const { cursors, saved } = startCursors(3_600_000);
    for (const seq of [1, 3, 2]) cursors.save(at(seq));
    cursors.save(at(1, 'now', 'laptop'));
    expect(await cursors.find('ann', 'phone')).toEqual(at(3));
    await cursors.close();
    expect(saved).toEqual([[at(3), at(1, 'now', 'laptop')]]);
  });

  it('move back only to another epoch', async () => {
    const { cursors } = startCursors(3_600_000);
    cursors.save(at(9, 'former'));
    cursors.save(at(4));
    cursors.save(at(3));
    expect(await cursors.find('ann', 'phone')).toEqual(at(4));
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
    expect(await cursors.find('a', 'b c')).toBeNull();
  });
});
