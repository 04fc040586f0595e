import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MembershipIndex } from '../../../../src/runtime/log/topics/membership-index.ts';
import { createRandom } from '../../../support/history/random.ts';
import { idOf, nameOf } from './ids.ts';

const maxSeq = 2 ** 48 - 1;

function usersOf(index: MembershipIndex<string>, topic: string, seq: number): readonly string[] {
  const users: string[] = [];
  index.forEachUser(topic, seq, (user) => void users.push(user));
  return users;
}

describe('MembershipIndex', () => {
  it.each([
    { title: 'few topics with many users', topics: 3, users: 1500, joined: 2, steps: 15_000, topicOf: idOf },
    { title: 'many topics with few users', topics: 4000, users: 30, joined: 300, steps: 900, topicOf: idOf },
    { title: 'several pages', topics: 1000, users: 500, joined: 300, steps: 1500, topicOf: idOf },
    { title: 'any names', topics: 4000, users: 30, joined: 300, steps: 900, topicOf: nameOf },
  ])('agrees with a Map of Maps for $title', async ({ topics, users, joined, steps, topicOf }) => {
    const source = createRandom(topics);
    const random = (end: number) => source.integer(0, end);
    const index = new MembershipIndex<string>();
    const numbers = new Map<string, number>();
    const expected = new Map<string, Map<string, number>>();
    const compare = (user: string, topic: string) => {
      const sinceSeq = expected.get(user)?.get(topic);
      expect(index.sinceSeq(numbers.get(user) ?? 0, topic)).toBe(sinceSeq);
    };

    for (let step = 0; step < steps; step += 1) {
      const user = `user ${random(users)}`;
      const number = numbers.get(user);
      if (number === undefined) {
        const added = index.add(user);
        const own = new Map<string, number>();
        for (let count = 0; count < joined; count += 1)
          own.set(topicOf(random(topics)), random(2 ** 32) * 65_536);
        for (const [topic, sinceSeq] of own) index.join(added, topic, sinceSeq);
        numbers.set(user, added);
        expected.set(user, own);
      } else if (random(3) === 0) {
        index.remove(number);
        numbers.delete(user);
        expected.delete(user);
      } else {
        const [added, removed] = [topicOf(random(topics)), topicOf(random(topics))];
        index.join(number, added, maxSeq - 1);
        expected.get(user)?.set(added, maxSeq - 1);
        index.leave(number, removed);
        expected.get(user)?.delete(removed);
        compare(user, added);
        compare(user, removed);
      }
      if (step % 10 === 0) await nextTurn();
    }

    for (const user of numbers.keys()) compare(user, topicOf(random(topics)));
    for (let topic = 0; topic < Math.min(topics, 300); topic += 1) {
      const id = topicOf(topic);
      const since = (seq: number) =>
        [...expected].filter(([, own]) => (own.get(id) ?? seq) < seq).map(([user]) => user);
      for (const seq of [maxSeq, 2 ** 47]) {
        expect(usersOf(index, id, seq).toSorted()).toEqual(since(seq).toSorted());
      }
    }
  });

  it.each([
    { title: 'UUIDs', topicOf: idOf },
    { title: 'any names', topicOf: nameOf },
  ])('reuses the numbers and the memory of removed users whose topics have $title', async ({ topicOf }) => {
    const index = new MembershipIndex<string>();
    const stays = index.add('stays');
    index.join(stays, topicOf(1), 0);
    let before = Number.POSITIVE_INFINITY;
    let highest = 0;
    for (let round = 0; round < 400; round += 1) {
      // By now its pages are allocated.
      if (round === 50) before = process.memoryUsage().arrayBuffers;
      const number = index.add('goes');
      const joined = Array.from({ length: 1000 }, (_, topic) => topicOf(round * 1000 + topic));
      for (const topic of joined) index.join(number, topic, 0);
      for (const topic of joined.slice(500)) index.leave(number, topic);
      index.remove(number);
      highest = Math.max(highest, number);
      await nextTurn();
    }
    expect(highest).toBeLessThan(100);
    // The other 350,000 topics, each with a user, would take 20 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
    expect(usersOf(index, topicOf(1), 1)).toEqual(['stays']);
  });

  it('does not give a user the topics of an earlier user with the same number', async () => {
    const index = new MembershipIndex<string>();
    for (let round = 0; round < 1000; round += 1) {
      const joined = Array.from({ length: 20 }, (_, topic) => idOf(round * 20 + topic));
      const earlier = joined.map((_, topic) => idOf(round * 20 - 1 - topic));
      const number = index.add(`user ${round}`);
      for (const topic of joined) index.join(number, topic, 0);
      expect(earlier.filter((topic) => index.sinceSeq(number, topic) !== undefined)).toEqual([]);
      index.remove(number);
      if (round % 7 === 0) await nextTurn();
    }
  });
});
