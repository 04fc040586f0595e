import { describe, expect, it } from 'vitest';
import { changed, faultsOf, idOf, makeLife, posted, saw, wasReset } from './history-builders.ts';

const first = posted('ada', 'first', 10);
const second = posted('ada', 'second', 20);
const third = posted('ada', 'third', 30);

describe('the checker, for leaks,', () => {
  const audience = 'friends';

  it('finds a post of a user who was never a friend', () => {
    expect(faultsOf({ posts: [first] }, { audience, lives: [makeLife([saw(12, first)])] })).toEqual([
      'leaked',
    ]);
    const friendChanges = [changed('set', ['ada', 'reader'], 2)];
    const history = { posts: [first], friendChanges };
    expect(faultsOf(history, { audience, lives: [makeLife([saw(12, first)])] })).toEqual(['leaked']);
  });

  it('finds posts from before and after a friendship', () => {
    const friendChanges = [changed('set', ['reader', 'ada'], 15), changed('deleted', ['reader', 'ada'], 25)];
    const history = { posts: [first, second, third], friendChanges };
    const life = makeLife([saw(22, first), saw(23, second), saw(32, third)]);
    expect(faultsOf(history, { audience, lives: [life] })).toEqual(['leaked', 'leaked']);
  });

  it('ends a friendship with the first of two deletions', () => {
    const friendChanges = [
      changed('set', ['reader', 'ada'], 2),
      changed('deleted', ['reader', 'ada'], 5),
      changed('deleted', ['reader', 'ada'], 25),
    ];
    const history = { posts: [first], friendChanges };
    expect(faultsOf(history, { audience, lives: [makeLife([saw(12, first)])] })).toEqual(['leaked']);
  });

  it('allows posts that overlapped with the change', () => {
    const friendChanges = [
      changed('set', ['reader', 'ada'], 5, 12),
      changed('deleted', ['reader', 'ada'], 29, 40),
    ];
    const history = { posts: [first, third], friendChanges };
    const life = makeLife([saw(13, first), saw(90, third)]);
    expect(faultsOf(history, { audience, lives: [life] })).toEqual([]);
  });

  it("finds a former friend's post that can only have been replayed after the friendship", () => {
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
    const slow = posted('ada', 'slow', 5, 23);
    const duringPost = {
      posts: [slow],
      friendChanges: [changed('set', ['reader', 'ada'], 15), ...friendChanges.slice(1)],
    };
    const seenPost = [makeLife([saw(50, slow)])];
    expect(faultsOf(duringPost, { audience, lives: seenPost, links: cutAfter })).toEqual(['leaked']);
  });

  it('finds a post from before a renewed friendship', () => {
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

  it('assumes that requests without a response may or may not take effect', () => {
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

describe('the checker, for unknown posts,', () => {
  it('finds an unknown text, a wrong author and a wrong id', () => {
    const seenPost = saw(12, first);
    for (const wrong of [
      { ...seenPost, text: 'third' },
      { ...seenPost, author: 'bob' },
      { ...seenPost, postId: idOf('other') },
    ]) {
      const history = { posts: [first] };
      expect(faultsOf(history, { leftMs: 13, lives: [makeLife([wrong])] })).toEqual(['unknown']);
    }
  });

  it('allows a post without a response to be stored, under one id only', () => {
    const posts = [posted('ada', 'doubtful', 15, null)];
    const seenPost = { atMs: 20, author: 'ada', text: 'doubtful', postId: 'a' };
    const one = { lives: [makeLife([seenPost])] };
    expect(faultsOf({ posts }, one, one)).toEqual([]);
    const other = { lives: [makeLife([{ ...seenPost, postId: 'b' }])] };
    expect(faultsOf({ posts }, one, other)).toEqual(['unknown']);
  });
});

/** The reader's friendship with ada, which ended and began again. */
function begunAgain(deletedMs: number, setMs: number) {
  return [
    changed('set', ['reader', 'ada'], 10),
    changed('deleted', ['reader', 'ada'], deletedMs),
    changed('set', ['reader', 'ada'], setMs),
  ];
}

describe('the checker, for resets,', () => {
  const recent = posted('ada', 'recent', 39_000);

  it('finds an expiry of a recent cursor', () => {
    const resets = [wasReset('expired', 40_000)];
    const life = makeLife([saw(39_002, recent)], { resets });
    expect(faultsOf({ posts: [recent] }, { lives: [life] })).toEqual(['needlessReset']);
    const inNextLife = makeLife([], { resets, resumedAfter: 'recent' });
    const lives = [makeLife([saw(39_002, recent)]), inNextLife];
    expect(faultsOf({ posts: [recent] }, { lives })).toEqual(['needlessReset']);
    const nothingKnown = [makeLife([saw(39_002, recent)]), makeLife([], { resets })];
    expect(faultsOf({ posts: [recent] }, { lives: nothingKnown })).toEqual([]);
  });

  it('allows an expiry if a friendship ended after the cursor and began again', () => {
    const resets = [wasReset('expired', 40_000)];
    const lives = [makeLife([saw(39_002, recent)], { resets })];
    const faults = (deletedMs: number, setMs: number, audience: 'everyone' | 'friends' = 'friends') =>
      faultsOf({ posts: [recent], friendChanges: begunAgain(deletedMs, setMs) }, { audience, lives });
    expect(faults(39_300, 39_500)).toEqual([]);
    expect(faults(39_300, 39_500, 'everyone')).toEqual(['needlessReset']);
    expect(faults(37_000, 38_000)).toEqual(['needlessReset']);
    expect(faults(39_300, 41_000)).toEqual(['needlessReset']);
  });

  it('finds a reset for an epoch that did not change, or that the cursor already belongs to', () => {
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

  it('finds every reset for a cursor ahead of the log', () => {
    const resets = [wasReset('future', 40_000)];
    expect(faultsOf({}, { lives: [makeLife([], { resets })] })).toEqual(['needlessReset']);
  });
});
