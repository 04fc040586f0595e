import { describe, expect, it } from 'vitest';
import { followBroker } from '../../../src/feed-server/feed/nodes.ts';
import { Tail } from '../../../src/feed-server/feed/tail.ts';
import type { FeedEvent } from '../../../src/feed-server/store/event.ts';
import type { Broker, BrokerListener } from '../../../src/runtime/log/hints/broker.ts';

const epoch = '6f1c9c1e-2a54-4f0e-9a52-0d3a4f3f6a01';
const author = 'b0a6a1de-7c55-4c3c-8a44-5b0d5d3c9f11';
const never = 3_600_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A node whose log is written by others, and a broker whose hints come from the test. */
async function startFollower() {
  const log: FeedEvent[] = [];
  const applied: number[] = [];
  let reads = 0;
  const tail = await Tail.start({
    store: {
      headSeq: async () => 0,
      history: async () => ({ epoch, floorSeq: 0 }),
      async eventsAfter(seq, limit) {
        reads += 1;
        return log.filter((event) => event.seq > seq).slice(0, limit);
      },
    },
    log: silent,
    pollIntervalMs: never,
    gapTimeoutMs: 10,
    apply: ({ seq }) => void applied.push(seq),
  });
  let listener: BrokerListener<FeedEvent> | undefined;
  const broker: Broker<FeedEvent> = {
    state: 'up',
    start(given) {
      listener = given;
    },
    publish() {},
    close: async () => {},
  };
  followBroker(broker, tail);
  if (listener === undefined) throw new Error('the broker was not started');
  return {
    applied,
    listener,
    reads: () => reads,
    append: (seq: number): FeedEvent => {
      const event: FeedEvent = {
        kind: 'post',
        seq,
        createdAtMs: 1_795_000_000_000,
        author,
        postId: author,
        text: `post ${seq}`,
      };
      log.push(event);
      return event;
    },
    close: () => tail.close(),
  };
}

describe('followBroker', () => {
  it('applies the events of a hint without reading the log', async () => {
    const { append, listener, applied, reads, close } = await startFollower();
    listener.onHint({ headSeq: 2, events: [append(1), append(2)] });
    expect(applied).toEqual([1, 2]);
    listener.onHint({ headSeq: 2, events: [] });
    await close();
    expect(reads()).toBe(0);
  });

  it('waits for events that another node has yet to announce', async () => {
    const { append, listener, applied, reads, close } = await startFollower();
    const first = append(1);
    listener.onHint({ headSeq: 2, events: [append(2)] });
    listener.onHint({ headSeq: 1, events: [first] });
    expect(applied).toEqual([1, 2]);
    await close();
    expect(reads()).toBe(0);
  });

  it('reads events that no hint contains', async () => {
    const { append, listener, applied, close } = await startFollower();
    append(1);
    listener.onHint({ headSeq: 2, events: [append(2)] });
    await expect.poll(() => applied).toEqual([1, 2]);
    await close();
  });

  it('reads the log up to the head of a hint', async () => {
    const { append, listener, applied, close } = await startFollower();
    listener.onHint({ headSeq: 3, events: [append(1)] });
    append(2);
    append(3);
    await expect.poll(() => applied).toEqual([1, 2, 3]);
    await close();
  });

  it('reads the log when the broker comes up', async () => {
    const { append, listener, applied, close } = await startFollower();
    append(1);
    listener.onUp();
    await expect.poll(() => applied).toEqual([1]);
    await close();
  });
});
