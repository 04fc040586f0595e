import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FriendIndex } from '../../../src/feed-server/feed/friend-index.ts';
import { createRandom } from '../history/random.ts';
import { idOf } from './ids.ts';

const maxSeq = 2 ** 48 - 1;

function readersOf(index: FriendIndex<string>, author: string, seq: number): readonly string[] {
  const readers: string[] = [];
  index.forEachReader(author, seq, (reader) => void readers.push(reader));
  return readers;
}

describe('FriendIndex', () => {
  it.each([
    { title: 'few authors with many readers', authors: 3, readers: 1500, friends: 2, steps: 15_000 },
    { title: 'many authors with few readers', authors: 4000, readers: 30, friends: 300, steps: 900 },
    { title: 'more entries than fit into a page', authors: 1000, readers: 500, friends: 300, steps: 1500 },
  ])('agrees with a Map of Maps for $title', async ({ authors, readers, friends, steps }) => {
    const source = createRandom(authors);
    const random = (end: number) => source.integer(0, end);
    const index = new FriendIndex<string>();
    const numbers = new Map<string, number>();
    const expected = new Map<string, Map<string, number>>();
    const compare = (reader: string, author: string) => {
      const sinceSeq = expected.get(reader)?.get(author);
      expect(index.sinceSeq(numbers.get(reader) ?? 0, author)).toBe(sinceSeq);
    };

    for (let step = 0; step < steps; step += 1) {
      const reader = `reader ${random(readers)}`;
      const number = numbers.get(reader);
      if (number === undefined) {
        const entered = index.enter(reader);
        const own = new Map<string, number>();
        for (let count = 0; count < friends; count += 1)
          own.set(idOf(random(authors)), random(2 ** 32) * 65_536);
        for (const [author, sinceSeq] of own) index.set(entered, author, sinceSeq);
        numbers.set(reader, entered);
        expected.set(reader, own);
      } else if (random(3) === 0) {
        index.leave(number);
        numbers.delete(reader);
        expected.delete(reader);
      } else {
        const [added, removed] = [idOf(random(authors)), idOf(random(authors))];
        index.set(number, added, maxSeq - 1);
        expected.get(reader)?.set(added, maxSeq - 1);
        index.delete(number, removed);
        expected.get(reader)?.delete(removed);
        compare(reader, added);
        compare(reader, removed);
      }
      if (step % 10 === 0) await nextTurn();
    }

    for (const reader of numbers.keys()) compare(reader, idOf(random(authors)));
    for (let author = 0; author < Math.min(authors, 300); author += 1) {
      const id = idOf(author);
      const since = (seq: number) =>
        [...expected].filter(([, own]) => (own.get(id) ?? seq) < seq).map(([reader]) => reader);
      for (const seq of [maxSeq, 2 ** 47]) {
        expect(readersOf(index, id, seq).toSorted()).toEqual(since(seq).toSorted());
      }
    }
  });

  it('reuses the numbers and the memory of readers who left', async () => {
    const index = new FriendIndex<string>();
    const stays = index.enter('stays');
    index.set(stays, idOf(1), 0);
    let before = Number.POSITIVE_INFINITY;
    let highest = 0;
    for (let round = 0; round < 400; round += 1) {
      // By now its pages are allocated.
      if (round === 50) before = process.memoryUsage().arrayBuffers;
      const number = index.enter('goes');
      const friends = Array.from({ length: 1000 }, (_, friend) => idOf(round * 1000 + friend));
      for (const friend of friends) index.set(number, friend, 0);
      for (const friend of friends.slice(500)) index.delete(number, friend);
      index.leave(number);
      highest = Math.max(highest, number);
      await nextTurn();
    }
    expect(highest).toBeLessThan(100);
    // The other 350,000 authors, each with a reader, would take 20 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
    expect(readersOf(index, idOf(1), 1)).toEqual(['stays']);
  });

  it('does not give a reader the friends of an earlier reader with the same number', async () => {
    const index = new FriendIndex<string>();
    for (let round = 0; round < 1000; round += 1) {
      const friends = Array.from({ length: 20 }, (_, friend) => idOf(round * 20 + friend));
      const earlier = friends.map((_, friend) => idOf(round * 20 - 1 - friend));
      const number = index.enter(`reader ${round}`);
      for (const friend of friends) index.set(number, friend, 0);
      expect(earlier.filter((friend) => index.sinceSeq(number, friend) !== undefined)).toEqual([]);
      index.leave(number);
      if (round % 7 === 0) await nextTurn();
    }
  });
});
