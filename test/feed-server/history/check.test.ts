import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import {
  changed,
  faultsOf,
  makeClient,
  makeHistory,
  makeLife,
  posted,
  saw,
  wasReset,
} from './history-builders.ts';

const first = posted('ada', 'first', 10);
const second = posted('ada', 'second', 20);
const third = posted('ada', 'third', 30);

describe('the checker, for lost posts,', () => {
  it('names a post that a client did not see', () => {
    const client = makeClient({ lives: [makeLife([saw(40, first), saw(41, third)])] });
    const verdict = check(makeHistory({ posts: [first, second, third], clients: [client] }));
    expect(verdict).toMatchObject({
      passed: false,
      expected: 3,
      delivered: 2,
      seen: 2,
      faults: { lost: 1 },
      examples: [{ kind: 'lost', client: 'reader', atMs: 20, detail: 'second, answered with id of second' }],
    });
  });

  it('expects no posts without a response, and does not count them', () => {
    const doubtful = posted('ada', 'doubtful', 15, null);
    const client = makeClient({ lives: [makeLife([saw(16, doubtful)])] });
    const unseen = makeClient({ lives: [makeLife([])] });
    const left = makeClient({ leftMs: 13, lives: [makeLife([saw(12, first)])] });
    const verdict = check(makeHistory({ posts: [first, doubtful], clients: [client, unseen, left] }));
    expect(verdict).toMatchObject({ expected: 2, seen: 2, faults: { lost: 2 } });
  });

  it('expects no posts from before or during the subscription', () => {
    const subscribed = { sentMs: 15, answeredMs: 25 };
    expect(faultsOf({ posts: [first, second] }, { subscribed })).toEqual([]);
    expect(faultsOf({ posts: [first, second, third] }, { subscribed })).toEqual(['lost']);
    expect(faultsOf({ posts: [third] }, { subscribed: { sentMs: 15, answeredMs: null } })).toEqual([]);
  });

  it('expects a client that left to have seen what precedes its last post', () => {
    const posts = [first, second, third];
    expect(faultsOf({ posts }, { leftMs: 35, lives: [makeLife([saw(12, first)])] })).toEqual([]);
    expect(faultsOf({ posts }, { leftMs: 35, lives: [makeLife([saw(32, third)])] })).toEqual([
      'lost',
      'lost',
    ]);
  });

  it('derives the reached position from the latest post seen, in any order', () => {
    const late = posted('bob', 'late', 30);
    const slow = posted('cay', 'slow', 9, 33);
    const life = makeLife([saw(32, late), saw(34, slow)]);
    expect(faultsOf({ posts: [second, late, slow] }, { leftMs: 35, lives: [life] })).toEqual(['lost']);
  });

  it('expects the posts of friends once the friendship is certain', () => {
    const friendChanges = [changed('set', ['reader', 'ada'], 15, 25)];
    expect(faultsOf({ posts: [first, second], friendChanges }, { audience: 'friends' })).toEqual([]);
    expect(faultsOf({ posts: [third], friendChanges }, { audience: 'friends' })).toEqual(['lost']);
    const left = { audience: 'friends', leftMs: 35 } as const;
    expect(faultsOf({ posts: [third], friendChanges }, left)).toEqual([]);
    const unanswered = [changed('set', ['reader', 'ada'], 15, null)];
    expect(faultsOf({ posts: [third], friendChanges: unanswered }, { audience: 'friends' })).toEqual([]);
  });

  it('does not expect posts of a former friend that the client had not reached', () => {
    const friendChanges = [changed('set', ['reader', 'ada'], 2), changed('deleted', ['reader', 'ada'], 25)];
    const history = { posts: [first, second], friendChanges };
    expect(faultsOf(history, { audience: 'friends' })).toEqual([]);
    expect(faultsOf(history, { audience: 'friends', lives: [makeLife([saw(24, second)])] })).toEqual([
      'lost',
    ]);
    expect(faultsOf(history, { audience: 'friends', lives: [makeLife([saw(27, second)])] })).toEqual([]);
  });

  it('assumes that a deletion without a response may end later friendships', () => {
    const friendChanges = [
      changed('set', ['reader', 'ada'], 2),
      changed('deleted', ['reader', 'ada'], 5, null),
      changed('set', ['reader', 'ada'], 7),
    ];
    expect(faultsOf({ posts: [first], friendChanges }, { audience: 'friends' })).toEqual([]);
  });

  it('accepts a reset for the gap before it only', () => {
    const fourth = posted('ada', 'fourth', 50_000);
    const history = { posts: [first, second, third, fourth] };
    const resets = [wasReset('expired', 40_000)];
    const life = makeLife([saw(12, first), saw(50_002, fourth)], { resets });
    expect(check(makeHistory({ ...history, clients: [makeClient({ lives: [life] })] }))).toMatchObject({
      passed: true,
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

describe('the checker, for duplicates,', () => {
  it('finds a post that one life of a client saw twice', () => {
    const life = makeLife([saw(12, first), saw(22, second), saw(23, first)]);
    expect(faultsOf({ posts: [first, second] }, { lives: [life] })).toEqual(['duplicated']);
  });

  it('allows a later life to see posts again after its cursor', () => {
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
      passed: true,
      repeated: 2,
    });
  });
});

describe('the checker, for order,', () => {
  it('finds a post seen after a later one of its author', () => {
    const life = makeLife([saw(22, second), saw(23, first)]);
    expect(faultsOf({ posts: [first, second] }, { lives: [life] })).toEqual(['outOfOrder']);
  });

  it('finds it among overlapping posts', () => {
    const slow = posted('ada', 'slow', 9, 21);
    const life = makeLife([saw(22, second), saw(23, slow), saw(24, first)]);
    expect(faultsOf({ posts: [slow, first, second] }, { lives: [life] })).toEqual(['outOfOrder']);
  });

  it('finds it across the lives of a client', () => {
    const lives = [makeLife([saw(22, second)]), makeLife([saw(32, first), saw(33, second)])];
    expect(faultsOf({ posts: [first, second] }, { lives })).toEqual(['outOfOrder']);
  });

  it('allows a later life with an older cursor to see posts that a reset had covered', () => {
    const late = posted('ada', 'late', 20_000);
    const reset = makeLife([saw(12, first)], { resets: [wasReset('expired', 15_000)] });
    const lives = [reset, makeLife([saw(20_002, late)]), makeLife([saw(32_000, second)])];
    const history = { posts: [first, second, late] };
    expect(faultsOf(history, { lives })).toEqual([]);
    expect(faultsOf(history, { lives: [makeLife([saw(12, first)]), ...lives.slice(1)] })).toEqual([
      'outOfOrder',
    ]);
  });

  it('finds it among posts that a later life sees again', () => {
    const seen = [saw(12, first), saw(22, second)];
    const again = [saw(32, second), saw(33, first)];
    const lives = [makeLife(seen), makeLife(again)];
    expect(faultsOf({ posts: [first, second] }, { lives })).toEqual(['outOfOrder']);
  });

  it('allows any order of posts of different authors and of overlapping posts', () => {
    const other = posted('bob', 'other', 5);
    const slow = posted('ada', 'slow', 9, 21);
    const life = makeLife([saw(22, second), saw(23, slow), saw(24, other)]);
    expect(faultsOf({ posts: [slow, second, other] }, { lives: [life] })).toEqual([]);
  });
});
