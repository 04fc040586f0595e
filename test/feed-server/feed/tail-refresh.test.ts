import { describe, expect, it, onTestFinished } from 'vitest';
import { Tail, type TailOptions } from '../../../src/feed-server/feed/tail.ts';

const never = 3_600_000;
/** Longer than a busy machine stands still, so that the order of what happens is sure. */
const refreshGapMs = 200;

/** A tail of an empty log that tells how often it was read. `onRead` is called in the middle of each read. */
async function startTail(onRead: (tail: Tail) => void = () => {}, isAlone = false) {
  let tail: Tail | null = null;
  let reads = 0;
  const store: TailOptions['store'] = {
    headSeq: async () => 0,
    eventsAfter: async () => [],
    async history() {
      if (tail !== null) {
        reads += 1;
        onRead(tail);
      }
      return { epoch: '', floorSeq: 0 };
    },
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const started = await Tail.start({ store, log, isAlone, refreshGapMs, tickMs: never, apply() {} });
  tail = started;
  onTestFinished(() => started.close());
  return { tail: started, reads: () => reads };
}

describe('a refresh of the tail', () => {
  it('is one read for all that ask for it at once', async () => {
    const { tail, reads } = await startTail();
    await Promise.all(Array.from({ length: 1000 }, () => tail.refresh()));
    expect(reads()).toBe(1);
  });

  it('is a read of its own for whoever asks while another is under way, but one for all of those', async () => {
    const late: Promise<void>[] = [];
    const { tail, reads } = await startTail((reading) => {
      if (late.length === 0) late.push(...Array.from({ length: 1000 }, () => reading.refresh()));
    });
    await tail.refresh();
    expect(reads()).toBe(1);
    await Promise.all(late);
    expect(reads()).toBe(2);
  });

  it('does not wait for those who never stop asking', async () => {
    let left = 20;
    const others: Promise<void>[] = [];
    const { tail, reads } = await startTail((reading) => {
      left -= 1;
      if (left > 0) others.push(reading.refresh());
    });
    await tail.refresh();
    expect(reads()).toBe(1);
    while (others.length > 0) await others.shift();
  });

  it('reads nothing where all that is appended is offered by this process', async () => {
    const { tail, reads } = await startTail(() => {}, true);
    await tail.refresh();
    expect(reads()).toBe(0);
  });
});
