import { expect } from 'vitest';
import { faultKinds } from '../../support/history/verdict.ts';
import { check } from './check.ts';
import type {
  ClientHistory,
  FriendChange,
  History,
  IntendedPost,
  Life,
  SeenPost,
  SeenReset,
} from './history.ts';

/** These functions build small histories for tests: each fills in whatever the test does not specify. */
export function makeHistory(history: Partial<History>): History {
  return { retentionMs: 10_000, posts: [], friendChanges: [], epochBumps: [], clients: [], ...history };
}

/** Answered one millisecond later, by default. */
export function posted(
  author: string,
  key: string,
  sentMs: number,
  answeredMs: number | null = sentMs + 1,
): IntendedPost {
  return { author, key, sentMs, answeredMs, postId: answeredMs === null ? null : idOf(key) };
}

export function idOf(key: string): string {
  return `id of ${key}`;
}

/** Answered one millisecond later, by default. */
export function changed(
  kind: FriendChange['kind'],
  [user, friend]: readonly [user: string, friend: string],
  sentMs: number,
  answeredMs: number | null = sentMs + 1,
): FriendChange {
  return { kind, user, friend, sentMs, answeredMs };
}

/** By default, subscribed between 0 and 1 ms and always connected. */
export function makeClient(client: Partial<ClientHistory>): ClientHistory {
  return {
    name: 'reader',
    user: 'reader',
    audience: 'everyone',
    subscribed: { sentMs: 0, answeredMs: 1 },
    leftMs: null,
    links: [{ fromMs: 0, toMs: null }],
    lives: [],
    ...client,
  };
}

export function makeLife(
  seen: readonly SeenPost[],
  { resets = [], resumedAfter = null }: Partial<Pick<Life, 'resets' | 'resumedAfter'>> = {},
): Life {
  return { seen, resets, resumedAfter };
}

export function saw(atMs: number, { author, key }: IntendedPost): SeenPost {
  return { atMs, postId: idOf(key), author, text: key };
}

export function wasReset(reason: SeenReset['reason'], atMs: number): SeenReset {
  return { reason, atMs };
}

/** The kinds of the faults that the checker finds, each as often as found. */
export function faultsOf(history: Partial<History>, ...clients: readonly Partial<ClientHistory>[]) {
  const { faults, passed } = check(makeHistory({ ...history, clients: clients.map(makeClient) }));
  const found = faultKinds.flatMap((kind) => Array.from({ length: faults[kind] }, () => kind));
  expect(passed).toBe(found.length === 0);
  return found;
}
