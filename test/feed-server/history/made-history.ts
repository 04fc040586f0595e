import type {
  ClientHistory,
  FriendChange,
  History,
  IntendedPost,
  Life,
  SeenPost,
  SeenReset,
} from './history.ts';

/** Histories written by hand: each function names what a test is about, and fills in the rest. */

export function makeHistory(history: Partial<History>): History {
  return { retentionMs: 10_000, posts: [], friendChanges: [], epochBumps: [], clients: [], ...history };
}

/** Answered one millisecond later, unless said otherwise. */
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

/** Answered one millisecond later, unless said otherwise. */
export function changed(
  kind: FriendChange['kind'],
  [user, friend]: readonly [user: string, friend: string],
  sentMs: number,
  answeredMs: number | null = sentMs + 1,
): FriendChange {
  return { kind, user, friend, sentMs, answeredMs };
}

/** Subscribed from 0 to 1 and connected all the time, unless said otherwise. */
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
