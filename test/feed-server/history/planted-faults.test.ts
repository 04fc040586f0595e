import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRandom, type Random } from '../../support/history/random.ts';
import type { FaultKind } from '../../support/history/verdict.ts';
import { check } from './check.ts';
import {
  type ClientHistory,
  type History,
  type Life,
  loadHistory,
  type SeenPost,
  saveHistory,
} from './history.ts';
import { idOf } from './history-builders.ts';
import { stranger } from './log-model.ts';
import { simulateHistory } from './simulated-history.ts';

const size = { posts: 600, clients: 8 };
const seeds = Array.from({ length: 25 }, (_, index) => index + 1);

/** Replaces what one life of one client saw. */
function replaceLife(history: History, position: LifePosition, change: Partial<Life>): History {
  const lives = position.client.lives.with(position.life, { ...lifeAt(position), ...change });
  const clients = history.clients.map((client) =>
    client === position.client ? { ...client, lives } : client,
  );
  return { ...history, clients };
}

interface LifePosition {
  readonly client: ClientHistory;
  readonly life: number;
}

function lifeAt({ client, life }: LifePosition) {
  const found = client.lives[life];
  if (found === undefined) throw new Error('no such life');
  return found;
}

function seenPostAt(seen: readonly SeenPost[], index: number): SeenPost {
  const found = seen[index];
  if (found === undefined) throw new Error('no such seen post');
  return found;
}

/** A life that saw more than five posts. */
function pickLifePosition(random: Random, clients: readonly ClientHistory[]): LifePosition {
  return random.pick(
    clients.flatMap((client) =>
      client.lives.flatMap(({ seen }, life) => (seen.length > 5 ? [{ client, life }] : [])),
    ),
  );
}

/** By kind of fault: plants one in a history. */
const plant: Readonly<Record<FaultKind, (history: History, random: Random) => History>> = {
  lost(history, random) {
    const listeners = history.clients.filter(({ audience }) => audience === 'everyone');
    const position = pickLifePosition(random, listeners);
    const { seen } = lifeAt(position);
    const again = position.client.lives.flatMap((life) => life.seen.map(({ text }) => text));
    // Answered, seen once, and not so late that a reset may excuse it.
    const candidates = seen.filter(
      ({ text }, index) =>
        index < seen.length - 2 &&
        again.filter((other) => other === text).length === 1 &&
        history.posts.find(({ key }) => key === text)?.answeredMs !== null,
    );
    const victim = random.pick(candidates);
    return replaceLife(history, position, { seen: seen.filter((seenPost) => seenPost !== victim) });
  },
  duplicated(history, random) {
    const position = pickLifePosition(random, history.clients);
    const { seen } = lifeAt(position);
    const from = random.integer(0, seen.length - 1);
    const to = random.integer(from + 1, seen.length);
    const seenPost = { ...seenPostAt(seen, from), atMs: seenPostAt(seen, to).atMs };
    return replaceLife(history, position, { seen: seen.toSpliced(to, 0, seenPost) });
  },
  outOfOrder(history, random) {
    const position = pickLifePosition(random, history.clients);
    const { seen } = lifeAt(position);
    const answered = new Set(
      history.posts.flatMap(({ key, answeredMs }) => (answeredMs === null ? [] : [key])),
    );
    const pairs = seen.flatMap((seenPost, index) => {
      const later = seen.findIndex(({ author }, other) => other > index && author === seenPost.author);
      return later === -1 || !answered.has(seenPost.text) ? [] : [[index, later] as const];
    });
    const [first, later] = random.pick(pairs);
    const [one, other] = [seenPostAt(seen, first), seenPostAt(seen, later)];
    const swapped = seen.with(first, { ...other, atMs: one.atMs }).with(later, { ...one, atMs: other.atMs });
    return replaceLife(history, position, { seen: swapped });
  },
  leaked(history, random) {
    const readers = history.clients.filter(({ audience }) => audience === 'friends');
    const position = pickLifePosition(random, readers);
    const { seen } = lifeAt(position);
    const at = random.integer(0, seen.length);
    const { atMs } = seenPostAt(seen, at);
    const strangers = history.posts.filter(
      ({ author, postId, sentMs }) =>
        author === stranger && postId !== null && sentMs > (position.client.subscribed.answeredMs ?? 0),
    );
    const { author, key } = random.pick(strangers);
    const seenPost = { atMs, author, text: key, postId: idOf(key) };
    return replaceLife(history, position, { seen: seen.toSpliced(at, 0, seenPost) });
  },
  unknown(history, random) {
    const position = pickLifePosition(random, history.clients);
    const { seen } = lifeAt(position);
    const at = random.integer(0, seen.length);
    const seenPost = { ...seenPostAt(seen, at), postId: 'id of nothing' };
    return replaceLife(history, position, { seen: seen.toSpliced(at, 0, seenPost) });
  },
  needlessReset(history, random) {
    const position = pickLifePosition(random, history.clients);
    const { seen, resets } = lifeAt(position);
    // Right after a post was seen, the cursor is as recent as possible.
    const { atMs } = random.pick(seen.filter((seenPost) => isRecent(history, seenPost)));
    const reset = { atMs: atMs + 0.0001, reason: random.pick(['expired', 'future'] as const) };
    return replaceLife(history, position, { resets: [...resets, reset] });
  },
};

function isRecent({ posts }: History, { atMs, text }: SeenPost): boolean {
  return atMs - (posts.find(({ key }) => key === text)?.sentMs ?? 0) < 50;
}

describe('the checker', () => {
  it.each(seeds)('finds no faults in a simulated history (seed %i)', (seed) => {
    const verdict = check(simulateHistory(createRandom(seed), size));
    expect(verdict).toMatchObject({ passed: true, examples: [] });
    expect(verdict.expected).toBeGreaterThan(size.posts);
  });

  it('is tested with resets, repetitions and posts that are not certain to be seen', () => {
    const verdicts = seeds.map((seed) => check(simulateHistory(createRandom(seed), size)));
    expect(verdicts.some(({ repeated }) => repeated > 0)).toBe(true);
    expect(verdicts.some(({ excused }) => excused > 0)).toBe(true);
    expect(verdicts.some(({ resets }) => resets > 0)).toBe(true);
    expect(verdicts.some(({ seen, expected, repeated }) => seen > expected + repeated)).toBe(true);
  });

  it.each(Object.keys(plant) as (keyof typeof plant)[])('finds a planted fault: %s', (kind) => {
    for (const seed of seeds) {
      const random = createRandom(seed);
      const faulty = plant[kind](simulateHistory(random.fork(), size), random);
      const { faults, examples } = check(faulty);
      expect({ seed, count: faults[kind], example: examples[0]?.kind }).toEqual({
        seed,
        count: 1,
        example: kind,
      });
    }
  });

  it('gives the same verdict for a history saved to a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posted-history-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const random = createRandom(1);
    const history = plant.lost(simulateHistory(random, size), random);
    await saveHistory(join(folder, 'history.json'), history);
    expect(check(await loadHistory(join(folder, 'history.json')))).toEqual(check(history));
  });

  it('handles hundreds of thousands of deliveries', () => {
    const history = simulateHistory(createRandom(1), { posts: 20_000, clients: 30 });
    expect(check(history)).toMatchObject({ passed: true });
  });
});
