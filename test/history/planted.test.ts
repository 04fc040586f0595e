import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import type { ClientHistory, History, SeenPost } from './history.ts';
import { stranger } from './log-model.ts';
import { idOf } from './made-history.ts';
import { createRandom, type Random } from './random.ts';
import { makeRightHistory } from './right-history.ts';
import type { FaultKind } from './verdict.ts';

const size = { posts: 600, clients: 8 };
const seeds = Array.from({ length: 25 }, (_, index) => index + 1);

/** The history with what one life of one client saw replaced. */
function replaceSeen(history: History, place: Place, seen: readonly SeenPost[]): History {
  const lives = place.client.lives.with(place.life, { ...lifeAt(place), seen });
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
const plant: Readonly<
  Record<Exclude<FaultKind, 'needlessReset'>, (history: History, random: Random) => History>
> = {
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
    return replaceSeen(
      history,
      place,
      seen.filter((sight) => sight !== victim),
    );
  },
  duplicated(history, random) {
    const place = pickPlace(random, history.clients);
    const { seen } = lifeAt(place);
    const from = random.integer(0, seen.length - 1);
    const to = random.integer(from + 1, seen.length);
    const sight = { ...sightAt(seen, from), atMs: sightAt(seen, to).atMs };
    return replaceSeen(history, place, seen.toSpliced(to, 0, sight));
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
    return replaceSeen(history, place, swapped);
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
    return replaceSeen(history, place, seen.toSpliced(at, 0, sight));
  },
  unknown(history, random) {
    const place = pickPlace(random, history.clients);
    const { seen } = lifeAt(place);
    const at = random.integer(0, seen.length);
    const sight = { ...sightAt(seen, at), postId: 'id of nothing' };
    return replaceSeen(history, place, seen.toSpliced(at, 0, sight));
  },
};

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

  it('judges hundreds of thousands of deliveries', () => {
    const history = makeRightHistory(createRandom(1), { posts: 20_000, clients: 30 });
    expect(check(history)).toMatchObject({ isRight: true });
  });
});
