import { describe, expect, it } from 'vitest';
import { faultsOf } from './faults-of.ts';
import { changed, idOf, makeLife, posted, saw, wasReset } from './made-history.ts';

const first = posted('ada', 'first', 10);
const second = posted('ada', 'second', 20);
const third = posted('ada', 'third', 30);

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

  it('takes the first of two deletions for the one that ended the friendship', () => {
    const friendChanges = [
      changed('set', ['reader', 'ada'], 2),
      changed('deleted', ['reader', 'ada'], 5),
      changed('deleted', ['reader', 'ada'], 25),
    ];
    const history = { posts: [first], friendChanges };
    expect(faultsOf(history, { audience, lives: [makeLife([saw(12, first)])] })).toEqual(['leaked']);
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
    const slow = posted('ada', 'slow', 5, 23);
    const duringPost = {
      posts: [slow],
      friendChanges: [changed('set', ['reader', 'ada'], 15), ...friendChanges.slice(1)],
    };
    const sight = [makeLife([saw(50, slow)])];
    expect(faultsOf(duringPost, { audience, lives: sight, links: cutAfter })).toEqual(['leaked']);
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
