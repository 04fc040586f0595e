import { describe, expect, it, onTestFinished } from 'vitest';
import { Tail, type TailOptions } from '../../../src/feed-server/feed/tail.ts';

const never = 3_600_000;
/** Longer than a busy machine stalls, so that the order of events is certain. */
const refreshIntervalMs = 200;

/** The tail of an empty log, with a count of its reads. `onRead` is called during each read. */
async function startTail(onRead: (tail: Tail) => void = () => {}, isSoleWriter = false) {
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
  const started = await Tail.start({
    store,
    log,
    isSoleWriter,
    refreshIntervalMs,
    pollIntervalMs: never,
    apply() {},
  });
  tail = started;
  onTestFinished(() => started.close());
  return { tail: started, reads: () => reads };
}

describe('a refresh of the tail', () => {
  it('is one read for concurrent callers', async () => {
    const { tail, reads } = await startTail();
    await Promise.all(Array.from({ length: 1000 }, () => tail.refresh()));
    expect(reads()).toBe(1);
  });

  it('is a second read for all who call during the first', async () => {
    const late: Promise<void>[] = [];
    const { tail, reads } = await startTail((reading) => {
      if (late.length === 0) late.push(...Array.from({ length: 1000 }, () => reading.refresh()));
    });
    await tail.refresh();
    expect(reads()).toBe(1);
    await Promise.all(late);
    expect(reads()).toBe(2);
  });

  it('does not wait for the refreshes of later callers', async () => {
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

  it('reads nothing if this process is the only writer', async () => {
    const { tail, reads } = await startTail(() => {}, true);
    await tail.refresh();
    expect(reads()).toBe(0);
  });
});
