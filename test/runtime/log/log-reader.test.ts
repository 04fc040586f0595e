import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../src/runtime/log/event.ts';
import { createLogReader } from '../../../src/runtime/log/log-reader.ts';
import { markOf, messageAt } from './delivery/events.ts';

function at(seq: number) {
  return { seq, mark: markOf(seq) };
}

describe('a log reader', () => {
  it('shares reads in progress, and limits how many run at the same time', async () => {
    const reads: { readonly afterSeq: number; answer(events: readonly LogEvent[]): void }[] = [];
    const reader = createLogReader(
      { eventsAfter: (afterSeq) => new Promise((answer) => void reads.push({ afterSeq, answer })) },
      2,
    );
    const pages = [11, 11, 11, 12, 13, 14].map((seq) => reader.read(at(seq)));
    const begun = () => reads.map(({ afterSeq }) => afterSeq);
    const answer = (index: number) => {
      const first = (reads[index]?.afterSeq ?? 0) + 1;
      reads[index]?.answer([messageAt(first), messageAt(first + 1)]);
    };
    await Promise.resolve();
    expect(begun()).toEqual([10, 11]);
    answer(0);
    const page = [messageAt(12)];
    expect(await Promise.all(pages.slice(0, 3))).toEqual([page, page, page]);
    await expect.poll(begun).toEqual([10, 11, 12]);
    answer(1);
    answer(2);
    await expect.poll(begun).toEqual([10, 11, 12, 13]);
    answer(3);
    await Promise.all(pages);
  });

  it('returns null for events that are no longer in the log, or follow in another history', async () => {
    const reader = createLogReader({ eventsAfter: async () => [messageAt(8), messageAt(9)] }, 1);
    expect(await reader.read(at(8))).toEqual([messageAt(9)]);
    expect(await reader.read(at(6))).toBeNull();
    expect(await reader.read({ seq: 8, mark: 1 })).toBeNull();
  });

  it('does not share a read with a position of another history', async () => {
    const reader = createLogReader({ eventsAfter: async () => [messageAt(8), messageAt(9)] }, 2);
    const pages = [reader.read({ seq: 8, mark: 1 }), reader.read(at(8))];
    expect(await Promise.all(pages)).toEqual([null, [messageAt(9)]]);
  });

  it('rejects if a read fails, and reads again afterwards', async () => {
    let fails = true;
    const reader = createLogReader(
      {
        async eventsAfter() {
          if (fails) throw new Error('the disk is gone');
          return [messageAt(1)];
        },
      },
      1,
    );
    await expect(reader.read(at(0))).rejects.toThrow('the disk is gone');
    fails = false;
    expect(await reader.read(at(0))).toEqual([messageAt(1)]);
  });
});
