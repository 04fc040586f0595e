import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { check } from './check.ts';
import {
  type ClientHistory,
  type History,
  type Life,
  loadHistory,
  type SeenPost,
  saveHistory,
} from './history.ts';
import { stranger } from './log-model.ts';
import { idOf } from './made-history.ts';
import { createRandom, type Random } from './random.ts';
import { makeRightHistory } from './right-history.ts';
import type { FaultKind } from './verdict.ts';

const size = { posts: 600, clients: 8 };
const seeds = Array.from({ length: 25 }, (_, index) => index + 1);

/** The history with what one life of one client saw, or was told, replaced. */
function replaceLife(history: History, place: Place, change: Partial<Life>): History {
  const lives = place.client.lives.with(place.life, { ...lifeAt(place), ...change });
  const clients = history.clients.map((client) => (client === place.client ? { ...client, lives } : client));
  return { ...history, clients };
}

interface Place {
  readonly client: ClientHistory;
  readonly life: number;
}

function lifeAt({ client, life }: Place) {
  const found = client.lives[life];
  if (found === undefined) throw new Error('there is no such life');
  return found;
}

function sightAt(seen: readonly SeenPost[], index: number): SeenPost {
  const found = seen[index];
  if (found === undefined) throw new Error('nothing was seen there');
  return found;
}

/** A life of a client that saw more than a few posts. */
function pickPlace(random: Random, clients: readonly ClientHistory[]): Place {
  return random.pick(
    clients.flatMap((client) =>
      client.lives.flatMap(({ seen }, life) => (seen.length > 5 ? [{ client, life }] : [])),
    ),
  );
}

/** By kind: plants one fault of it somewhere. */
const plant: Readonly<Record<FaultKind, (history: History, random: Random) => History>> = {
  lost(history, random) {
    const listeners = history.clients.filter(({ audience }) => audience === 'everyone');
    const place = pickPlace(random, listeners);
    const { seen } = lifeAt(place);
    const again = place.client.lives.flatMap((life) => life.seen.map(({ text }) => text));
    // Answered, seen once, and not the last before what a reset may excuse.
    const candidates = seen.filter(
      ({ text }, index) =>
        index < seen.length - 2 &&
        again.filter((other) => other === text).length === 1 &&
        history.posts.find(({ key }) => key === text)?.answeredMs !== null,
    );
    const victim = random.pick(candidates);
    return replaceLife(history, place, { seen: seen.filter((sight) => sight !== victim) });
  },
  duplicated(history, random) {
    const place = pickPlace(random, history.clients);
    const { seen } = lifeAt(place);
    const from = random.integer(0, seen.length - 1);
    const to = random.integer(from + 1, seen.length);
    const sight = { ...sightAt(seen, from), atMs: sightAt(seen, to).atMs };
    return replaceLife(history, place, { seen: seen.toSpliced(to, 0, sight) });
  },
  outOfOrder(history, random) {
    const place = pickPlace(random, history.clients);
    const { seen } = lifeAt(place);
    const answered = new Set(
      history.posts.flatMap(({ key, answeredMs }) => (answeredMs === null ? [] : [key])),
    );
    const pairs = seen.flatMap((sight, index) => {
      const later = seen.findIndex(({ author }, other) => other > index && author === sight.author);
      return later === -1 || !answered.has(sight.text) ? [] : [[index, later] as const];
    });
    const [first, later] = random.pick(pairs);
    const [one, other] = [sightAt(seen, first), sightAt(seen, later)];
    const swapped = seen.with(first, { ...other, atMs: one.atMs }).with(later, { ...one, atMs: other.atMs });
    return replaceLife(history, place, { seen: swapped });
  },
  leaked(history, random) {
    const readers = history.clients.filter(({ audience }) => audience === 'friends');
    const place = pickPlace(random, readers);
    const { seen } = lifeAt(place);
    const at = random.integer(0, seen.length);
    const { atMs } = sightAt(seen, at);
    const strangers = history.posts.filter(
      ({ author, postId, sentMs }) =>
        author === stranger && postId !== null && sentMs > (place.client.subscribed.answeredMs ?? 0),
    );
    const { author, key } = random.pick(strangers);
    const sight = { atMs, author, text: key, postId: idOf(key) };
    return replaceLife(history, place, { seen: seen.toSpliced(at, 0, sight) });
  },
  unknown(history, random) {
    const place = pickPlace(random, history.clients);
    const { seen } = lifeAt(place);
    const at = random.integer(0, seen.length);
    const sight = { ...sightAt(seen, at), postId: 'id of nothing' };
    return replaceLife(history, place, { seen: seen.toSpliced(at, 0, sight) });
  },
  needlessReset(history, random) {
    const place = pickPlace(random, history.clients);
    const { seen, resets } = lifeAt(place);
    // At once after a sight its cursor is as young as can be.
    const { atMs } = random.pick(seen.filter((sight) => isFresh(history, sight)));
    const reset = { atMs: atMs + 0.0001, reason: random.pick(['expired', 'future'] as const) };
    return replaceLife(history, place, { resets: [...resets, reset] });
  },
};

function isFresh({ posts }: History, { atMs, text }: SeenPost): boolean {
  return atMs - (posts.find(({ key }) => key === text)?.sentMs ?? 0) < 50;
}

describe('the checker, given what a server without faults would do,', () => {
  it.each(seeds)('finds nothing wrong (seed %i)', (seed) => {
    const verdict = check(makeRightHistory(createRandom(seed), size));
    expect(verdict).toMatchObject({ isRight: true, examples: [] });
    expect(verdict.expected).toBeGreaterThan(size.posts);
  });

  it('meets resets, repetitions and sights that nobody could expect', () => {
    const verdicts = seeds.map((seed) => check(makeRightHistory(createRandom(seed), size)));
    expect(verdicts.some(({ repeated }) => repeated > 0)).toBe(true);
    expect(verdicts.some(({ excused }) => excused > 0)).toBe(true);
    expect(verdicts.some(({ resets }) => resets > 0)).toBe(true);
    expect(verdicts.some(({ seen, expected, repeated }) => seen > expected + repeated)).toBe(true);
  });

  it.each(Object.keys(plant) as (keyof typeof plant)[])('finds one fault planted in it: %s', (kind) => {
    for (const seed of seeds) {
      const random = createRandom(seed);
      const faulty = plant[kind](makeRightHistory(random.fork(), size), random);
      const { faults, examples } = check(faulty);
      expect({ seed, count: faults[kind], example: examples[0]?.kind }).toEqual({
        seed,
        count: 1,
        example: kind,
      });
    }
  });

  it('judges a history that was kept in a file as it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posted-history-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const random = createRandom(1);
    const history = plant.lost(makeRightHistory(random, size), random);
    await saveHistory(join(folder, 'history.json'), history);
    expect(check(await loadHistory(join(folder, 'history.json')))).toEqual(check(history));
  });

  it('judges hundreds of thousands of deliveries', () => {
    const history = makeRightHistory(createRandom(1), { posts: 20_000, clients: 30 });
    expect(check(history)).toMatchObject({ isRight: true });
  });
});
