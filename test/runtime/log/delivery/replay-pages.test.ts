import { describe, expect, it } from 'vitest';
import type { ReplayPage } from '../../../../src/runtime/log/delivery/replay-page.ts';
import { ReplayPages } from '../../../../src/runtime/log/delivery/replay-pages.ts';
import type { PageLimits } from '../../../../src/runtime/log/engine.ts';
import type { LogEvent, MessageEvent } from '../../../../src/runtime/log/event.ts';
import { markOf, messageAt } from './events.ts';

interface Read extends PageLimits {
  readonly afterSeq: number;
  answer(events: readonly LogEvent[]): void;
  fail(): void;
}

/** Pages of a log whose reads the test answers. */
function createPages({ maxPerUser = 4, maxMemory }: { maxPerUser?: number; maxMemory?: number } = {}) {
  const reads: Read[] = [];
  const pages = new ReplayPages({
    engine: {
      eventsAfter: (afterSeq, limits) =>
        new Promise((answer, reject) => {
          const fail = () => reject(new Error('the disk is gone'));
          reads.push({ afterSeq, answer, fail, ...limits });
        }),
    },
    reads: { max: 2, maxPerUser },
    ...(maxMemory === undefined ? {} : { maxMemory }),
  });
  return { pages, reads, begun: () => reads.map(({ afterSeq }) => afterSeq) };
}

function at(seq: number) {
  return { seq, mark: markOf(seq) };
}

function range(first: number, last: number): readonly LogEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) =>
    messageAt(first + index, { entity: `order ${first + index}` }),
  );
}

function eventsOf(page: ReplayPage | null, afterSeq: number): readonly LogEvent[] {
  return [...(page?.eventsAfter(afterSeq) ?? [])];
}

function payloadsOf(page: ReplayPage | null, afterSeq: number): readonly (string | null)[] {
  return eventsOf(page, afterSeq).map((event) => (event as MessageEvent).payload);
}

function redaction(seq: number, entity: string): MessageEvent {
  return messageAt(seq, { kind: 'redact', channel: null, message: null, payload: null, entity });
}

describe('the pages of replays', () => {
  it('are shared while they are read, and at most as many are read at a time as allowed', async () => {
    const { pages, reads, begun } = createPages();
    const read = [11, 11, 11, 12, 13].map((seq) => pages.read('ada', at(seq)));
    expect(begun()).toEqual([10, 11]);
    reads[0]?.answer(range(11, 12));
    const shared = await Promise.all(read.slice(0, 3));
    expect(new Set(shared).size).toBe(1);
    expect(eventsOf(shared[0] ?? null, 11)).toEqual(range(12, 12));
    await expect.poll(begun).toEqual([10, 11, 12]);
  });

  it('are read for one user at a time if the limit is one, and for others meanwhile', async () => {
    const { pages, reads, begun } = createPages({ maxPerUser: 1 });
    for (const seq of [10, 20, 30]) void pages.read('ada', at(seq));
    void pages.read('bob', at(40));
    void pages.read('cyd', at(50));
    expect(begun()).toEqual([9, 39]);
    reads[0]?.answer(range(10, 11));
    await expect.poll(begun).toEqual([9, 39, 49]);
    reads[1]?.answer(range(40, 41));
    await expect.poll(begun).toEqual([9, 39, 49, 19]);
  });

  it('serve any position in them without another read, in the same history', async () => {
    const { pages, reads } = createPages();
    const read = pages.read('ada', at(0));
    reads[0]?.answer(range(1, 5));
    await read;
    expect(eventsOf(pages.find(at(0)), 0)).toEqual(range(1, 5));
    expect(eventsOf(pages.find(at(3)), 3)).toEqual(range(4, 5));
    expect([pages.find(at(5)), pages.find({ seq: 3, mark: 7 })]).toEqual([null, null]);
  });

  it('are not read for a position that another read has covered meanwhile', async () => {
    const { pages, reads, begun } = createPages({ maxPerUser: 1 });
    const [first, second] = [pages.read('ada', at(0)), pages.read('ada', at(3))];
    reads[0]?.answer(range(1, 5));
    expect(await second).toBe(await first);
    expect(begun()).toEqual([0]);
  });

  it('are null if the events were pruned, or belong to another history', async () => {
    const { pages, reads } = createPages();
    const read = [pages.read('ada', at(6)), pages.read('ada', { seq: 8, mark: 1 })];
    for (const each of reads) each.answer(range(8, 9));
    expect(await Promise.all(read)).toEqual([null, null]);
  });

  it('lose redacted payloads and get revised ones, while they are kept', async () => {
    const { pages, reads } = createPages();
    const read = pages.read('ada', at(0));
    reads[0]?.answer(range(1, 3));
    const page = await read;
    pages.apply(redaction(9, 'order 1'));
    pages.apply(
      messageAt(10, { kind: 'revise', revises: 'placed', entity: 'order 2', payload: '"revised"' }),
    );
    pages.apply(messageAt(11, { kind: 'revise', revises: 'placed', entity: 'order 1', payload: '"back"' }));
    expect(payloadsOf(page, 0)).toEqual([null, '"revised"', '{"number":3}']);
  });

  it('lose payloads that were redacted while they were being read', async () => {
    const { pages, reads } = createPages();
    const read = pages.read('ada', at(0));
    pages.apply(redaction(9, 'order 2'));
    reads[0]?.answer(range(1, 3));
    expect(payloadsOf(await read, 0)).toEqual(['{"number":1}', null, '{"number":3}']);
  });

  it('keep events of an entity that come after its redaction', async () => {
    const { pages, reads } = createPages();
    const read = pages.read('ada', at(0));
    pages.apply(redaction(2, 'order 3'));
    reads[0]?.answer(range(1, 3));
    expect(payloadsOf(await read, 0)).toContain('{"number":3}');
  });

  it('are smaller and not kept while others use the memory, and larger again afterwards', async () => {
    const { pages, reads } = createPages({ maxMemory: 4 * 1_048_576 + 1000 });
    const first = pages.read('ada', at(0));
    reads[0]?.answer(range(1, 3));
    const page = await first;
    const second = pages.read('bob', at(7));
    expect(reads.map(({ maxBytes }) => maxBytes)).toEqual([1_048_576, 262_144]);
    reads[1]?.answer(range(7, 9));
    const unkept = await second;
    if (page === null || unkept === null) throw new Error('nothing was read');
    pages.release(unkept);
    expect([pages.find(at(7)), pages.find(at(1))]).toEqual([null, page]);
    pages.release(page);
    pages.release(page);
    void pages.read('bob', at(7));
    expect(reads[2]?.maxBytes).toBe(1_048_576);
  });

  it('are dropped when nobody has used them for ten seconds, and when their history ends', async () => {
    const { pages, reads } = createPages();
    const read = pages.read('ada', at(0));
    reads[0]?.answer(range(1, 3));
    const page = await read;
    if (page === null) throw new Error('nothing was read');
    pages.tick(performance.now() + 11_000);
    pages.release(page);
    expect(pages.find(at(1))).toBe(page);
    pages.release(page);
    pages.tick(performance.now() + 9000);
    pages.tick(performance.now() + 11_000);
    expect(pages.find(at(1))).toBeNull();
    const again = pages.read('ada', at(0));
    pages.clear();
    reads[1]?.answer(range(1, 3));
    await again;
    expect(pages.find(at(1))).toBeNull();
  });

  it('are read again after a read has failed', async () => {
    const { pages, reads } = createPages();
    const failed = pages.read('ada', at(0));
    reads[0]?.fail();
    await expect(failed).rejects.toThrow('the disk is gone');
    const read = pages.read('ada', at(0));
    reads[1]?.answer(range(1, 1));
    expect(eventsOf(await read, 0)).toEqual(range(1, 1));
  });
});
