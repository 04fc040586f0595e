import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import type { ClientHistory, History } from './history.ts';
import { changed, idOf, makeClient, makeHistory, makeLife, posted, saw, wasReset } from './made-history.ts';
import { faultKinds } from './verdict.ts';

const first = posted('ada', 'first', 10);
const second = posted('ada', 'second', 20);
const third = posted('ada', 'third', 30);

/** The kinds of the faults found, each as often as it was. */
function faultsOf(history: Partial<History>, ...clients: readonly Partial<ClientHistory>[]) {
  const { faults, isRight } = check(makeHistory({ ...history, clients: clients.map(makeClient) }));
  const found = faultKinds.flatMap((kind) => Array.from({ length: faults[kind] }, () => kind));
  expect(isRight).toBe(found.length === 0);
  return found;
}

describe('the checker, of loss,', () => {
  it('finds a post that a client did not see, and says which', () => {
    const client = makeClient({ lives: [makeLife([saw(40, first), saw(41, third)])] });
    const verdict = check(makeHistory({ posts: [first, second, third], clients: [client] }));
    expect(verdict).toMatchObject({
      isRight: false,
      expected: 3,
      delivered: 2,
      seen: 2,
      faults: { lost: 1 },
      examples: [{ kind: 'lost', client: 'reader', atMs: 20, detail: 'second, answered with id of second' }],
    });
  });

  it('expects nothing that was never answered, and counts nothing that may have come', () => {
    const doubtful = posted('ada', 'doubtful', 15, null);
    const client = makeClient({ lives: [makeLife([saw(16, doubtful)])] });
    const unseen = makeClient({ lives: [makeLife([])] });
    const verdict = check(makeHistory({ posts: [doubtful], clients: [client, unseen] }));
    expect(verdict).toMatchObject({ isRight: true, expected: 0, seen: 1 });
  });

  it('expects nothing from before, or from the moment of, the subscription', () => {
    const subscribed = { sentMs: 15, answeredMs: 25 };
    expect(faultsOf({ posts: [first, second] }, { subscribed })).toEqual([]);
    expect(faultsOf({ posts: [first, second, third] }, { subscribed })).toEqual(['lost']);
    expect(faultsOf({ posts: [third] }, { subscribed: { sentMs: 15, answeredMs: null } })).toEqual([]);
  });

  it('expects of a client that left what came before the last that it saw', () => {
    const posts = [first, second, third];
    expect(faultsOf({ posts }, { leftMs: 35, lives: [makeLife([saw(12, first)])] })).toEqual([]);
    expect(faultsOf({ posts }, { leftMs: 35, lives: [makeLife([saw(32, third)])] })).toEqual([
      'lost',
      'lost',
    ]);
  });

  it("expects a friend's posts, from when the friendship certainly stood", () => {
    const friendChanges = [changed('set', ['reader', 'ada'], 15, 25)];
    expect(faultsOf({ posts: [first, second], friendChanges }, { audience: 'friends' })).toEqual([]);
    expect(faultsOf({ posts: [third], friendChanges }, { audience: 'friends' })).toEqual(['lost']);
    const unanswered = [changed('set', ['reader', 'ada'], 15, null)];
    expect(faultsOf({ posts: [third], friendChanges: unanswered }, { audience: 'friends' })).toEqual([]);
  });

  it('lets a friendship that ended keep back what the client had not reached', () => {
    const friendChanges = [changed('set', ['reader', 'ada'], 2), changed('deleted', ['reader', 'ada'], 25)];
    const history = { posts: [first, second], friendChanges };
    expect(faultsOf(history, { audience: 'friends' })).toEqual([]);
    expect(faultsOf(history, { audience: 'friends', lives: [makeLife([saw(24, second)])] })).toEqual([
      'lost',
    ]);
    expect(faultsOf(history, { audience: 'friends', lives: [makeLife([saw(27, second)])] })).toEqual([]);
  });

  it('lets a deletion that was never answered end later friendships too', () => {
    const friendChanges = [
      changed('set', ['reader', 'ada'], 2),
      changed('deleted', ['reader', 'ada'], 5, null),
      changed('set', ['reader', 'ada'], 7),
    ];
    expect(faultsOf({ posts: [first], friendChanges }, { audience: 'friends' })).toEqual([]);
  });

  it('takes a reset for the gap before it, and for nothing else', () => {
    const fourth = posted('ada', 'fourth', 50_000);
    const history = { posts: [first, second, third, fourth] };
    const resets = [wasReset('expired', 40_000)];
    const life = makeLife([saw(12, first), saw(50_002, fourth)], { resets });
    expect(check(makeHistory({ ...history, clients: [makeClient({ lives: [life] })] }))).toMatchObject({
      isRight: true,
      expected: 2,
      excused: 2,
      resets: 1,
    });
    const lostBefore = makeLife([saw(32, third), saw(50_002, fourth)], { resets });
    expect(faultsOf(history, { lives: [lostBefore] })).toEqual(['lost', 'lost']);
    const lostAfter = makeLife([saw(12, first)], { resets });
    expect(faultsOf(history, { lives: [lostAfter] })).toEqual(['lost']);
  });
});

describe('the checker, of duplicates,', () => {
  it('finds a post that one life of a client saw twice', () => {
    const life = makeLife([saw(12, first), saw(22, second), saw(23, first)]);
    expect(faultsOf({ posts: [first, second] }, { lives: [life] })).toEqual(['duplicated']);
  });

  it('lets a later life see again what its cursor need not have remembered', () => {
    const seen = [saw(12, first), saw(22, second)];
    const again = makeLife([saw(26, second)], { resumedAfter: 'first' });
    expect(faultsOf({ posts: [first, second] }, { lives: [makeLife(seen), again] })).toEqual([]);
    const allAgain = makeLife([saw(26, first), saw(27, second)], { resumedAfter: 'first' });
    expect(faultsOf({ posts: [first, second] }, { lives: [makeLife(seen), allAgain] })).toEqual([
      'duplicated',
    ]);
    const unknown = makeLife([saw(26, first), saw(27, second)]);
    const client = makeClient({ lives: [makeLife(seen), unknown] });
    expect(check(makeHistory({ posts: [first, second], clients: [client] }))).toMatchObject({
      isRight: true,
      repeated: 2,
    });
  });
});

describe('the checker, of order,', () => {
  it('finds a post that came after a later one of its author', () => {
    const life = makeLife([saw(22, second), saw(23, first)]);
    expect(faultsOf({ posts: [first, second] }, { lives: [life] })).toEqual(['outOfOrder']);
  });

  it('finds it across the lives of a client, too', () => {
    const lives = [makeLife([saw(22, second)]), makeLife([saw(32, first), saw(33, second)])];
    expect(faultsOf({ posts: [first, second] }, { lives })).toEqual(['outOfOrder']);
  });

  it('lets a later life, whose cursor is older, see what an earlier one was told is missing', () => {
    const late = posted('ada', 'late', 20_000);
    const told = makeLife([saw(12, first)], { resets: [wasReset('expired', 15_000)] });
    const lives = [told, makeLife([saw(20_002, late)]), makeLife([saw(32_000, second)])];
    const history = { posts: [first, second, late] };
    expect(faultsOf(history, { lives })).toEqual([]);
    expect(faultsOf(history, { lives: [makeLife([saw(12, first)]), ...lives.slice(1)] })).toEqual([
      'outOfOrder',
    ]);
  });

  it('finds it among what a later life sees again', () => {
    const seen = [saw(12, first), saw(22, second)];
    const again = [saw(32, second), saw(33, first)];
    const lives = [makeLife(seen), makeLife(again)];
    expect(faultsOf({ posts: [first, second] }, { lives })).toEqual(['outOfOrder']);
  });

  it('lets posts of different authors, and posts that overlapped, come in any order', () => {
    const other = posted('bob', 'other', 5);
    const slow = posted('ada', 'slow', 9, 21);
    const life = makeLife([saw(22, second), saw(23, slow), saw(24, other)]);
    expect(faultsOf({ posts: [slow, second, other] }, { lives: [life] })).toEqual([]);
  });
});

describe('the checker, of leaks,', () => {
  const audience = 'friends';

  it('finds a post of somebody who was never a friend', () => {
    expect(faultsOf({ posts: [first] }, { audience, lives: [makeLife([saw(12, first)])] })).toEqual([
      'leaked',
    ]);
    const friendChanges = [changed('set', ['ada', 'reader'], 2)];
    const history = { posts: [first], friendChanges };
    expect(faultsOf(history, { audience, lives: [makeLife([saw(12, first)])] })).toEqual(['leaked']);
  });

  it('finds a post from before a friendship, and one from after it', () => {
    const friendChanges = [changed('set', ['reader', 'ada'], 15), changed('deleted', ['reader', 'ada'], 25)];
    const history = { posts: [first, second, third], friendChanges };
    const life = makeLife([saw(22, first), saw(23, second), saw(32, third)]);
    expect(faultsOf(history, { audience, lives: [life] })).toEqual(['leaked', 'leaked']);
  });

  it('lets through what overlapped with the change', () => {
    const friendChanges = [
      changed('set', ['reader', 'ada'], 5, 12),
      changed('deleted', ['reader', 'ada'], 29, 40),
    ];
    const history = { posts: [first, third], friendChanges };
    const life = makeLife([saw(13, first), saw(90, third)]);
    expect(faultsOf(history, { audience, lives: [life] })).toEqual([]);
  });

  it("finds a former friend's post that can only have been replayed after the end", () => {
    const friendChanges = [changed('set', ['reader', 'ada'], 2), changed('deleted', ['reader', 'ada'], 25)];
    const history = { posts: [first], friendChanges };
    const lives = [makeLife([saw(50, first)])];
    const cutBefore = [
      { fromMs: 0, toMs: 8 },
      { fromMs: 40, toMs: null },
    ];
    expect(faultsOf(history, { audience, lives, links: cutBefore })).toEqual(['leaked']);
    const cutAfter = [
      { fromMs: 0, toMs: 12 },
      { fromMs: 40, toMs: null },
    ];
    expect(faultsOf(history, { audience, lives, links: cutAfter })).toEqual([]);
  });

  it('finds one in a friendship that was begun anew', () => {
    const friendChanges = [
      changed('set', ['reader', 'ada'], 2),
      changed('deleted', ['reader', 'ada'], 5),
      changed('set', ['reader', 'ada'], 15),
    ];
    const life = makeLife([saw(22, first), saw(23, second)]);
    expect(faultsOf({ posts: [first, second], friendChanges }, { audience, lives: [life] })).toEqual([
      'leaked',
    ]);
  });

  it('lets a deletion that was never answered do nothing, and a friendship so asked for stand', () => {
    const friendChanges = [
      changed('set', ['reader', 'ada'], 2, null),
      changed('deleted', ['reader', 'ada'], 4),
      changed('set', ['reader', 'bob'], 2),
      changed('deleted', ['reader', 'bob'], 5, null),
    ];
    const other = posted('bob', 'other', 11);
    const life = makeLife([saw(12, first), saw(13, other)]);
    expect(faultsOf({ posts: [first, other], friendChanges }, { audience, lives: [life] })).toEqual([]);
  });

  it('finds a post from before the subscription', () => {
    const subscribed = { sentMs: 15, answeredMs: 16 };
    expect(faultsOf({ posts: [first] }, { subscribed, lives: [makeLife([saw(17, first)])] })).toEqual([
      'leaked',
    ]);
  });
});

describe('the checker, of posts that nobody has written,', () => {
  it('finds an unknown text, another author and another id', () => {
    const sight = saw(12, first);
    for (const wrong of [
      { ...sight, text: 'third' },
      { ...sight, author: 'bob' },
      { ...sight, postId: idOf('other') },
    ]) {
      const history = { posts: [first] };
      expect(faultsOf(history, { leftMs: 13, lives: [makeLife([wrong])] })).toEqual(['unknown']);
    }
  });

  it('lets an unanswered post be stored, but once: all see it under one id', () => {
    const posts = [posted('ada', 'doubtful', 15, null)];
    const sight = { atMs: 20, author: 'ada', text: 'doubtful', postId: 'a' };
    const one = { lives: [makeLife([sight])] };
    expect(faultsOf({ posts }, one, one)).toEqual([]);
    const other = { lives: [makeLife([{ ...sight, postId: 'b' }])] };
    expect(faultsOf({ posts }, one, other)).toEqual(['unknown']);
  });
});

describe('the checker, of resets,', () => {
  const recent = posted('ada', 'recent', 39_000);

  it('finds one for age where the cursor was young', () => {
    const resets = [wasReset('expired', 40_000)];
    const life = makeLife([saw(39_002, recent)], { resets });
    expect(faultsOf({ posts: [recent] }, { lives: [life] })).toEqual(['needlessReset']);
    const inNextLife = makeLife([], { resets, resumedAfter: 'recent' });
    const lives = [makeLife([saw(39_002, recent)]), inNextLife];
    expect(faultsOf({ posts: [recent] }, { lives })).toEqual(['needlessReset']);
    const nothingKnown = [makeLife([saw(39_002, recent)]), makeLife([], { resets })];
    expect(faultsOf({ posts: [recent] }, { lives: nothingKnown })).toEqual([]);
  });

  it('finds one for the epoch where there was none, or where the cursor is of the new one', () => {
    const resets = [wasReset('epoch', 40_000)];
    expect(faultsOf({}, { lives: [makeLife([], { resets })] })).toEqual(['needlessReset']);
    const bumped = (sentMs: number) => ({
      posts: [recent],
      epochBumps: [{ sentMs, answeredMs: sentMs + 100 }],
    });
    const life = makeLife([saw(39_002, recent)], { resets });
    expect(faultsOf(bumped(38_000), { lives: [life] })).toEqual(['needlessReset']);
    expect(faultsOf(bumped(41_000), { lives: [life] })).toEqual(['needlessReset']);
    expect(faultsOf(bumped(39_500), { lives: [life] })).toEqual([]);
  });

  it('finds every one for a cursor ahead of the log', () => {
    const resets = [wasReset('future', 40_000)];
    expect(faultsOf({}, { lives: [makeLife([], { resets })] })).toEqual(['needlessReset']);
  });
});
