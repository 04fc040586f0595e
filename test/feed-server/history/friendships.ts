import { type FriendChange, latestMs } from './history.ts';

/** One friendship of a pair: when it began and when it ended, each known only as an interval. */
export interface Friendship {
  /** It did not stand before this. */
  readonly fromMs: number;
  /** It stood from here on, if it ever began; infinite where the request was never answered. */
  readonly surelyFromMs: number;
  /** It stood until here. */
  readonly surelyToMs: number;
  /** It no longer stood after this. */
  readonly toMs: number;
}

/** What is known of who was whose friend, and when. */
export class Friendships {
  /** By user, then by friend. */
  readonly #byUser = new Map<string, Map<string, readonly Friendship[]>>();

  constructor(changes: readonly FriendChange[]) {
    for (const [user, ofUser] of Map.groupBy(changes, (change) => change.user)) {
      const byFriend = Map.groupBy(ofUser, ({ friend }) => friend);
      this.#byUser.set(user, new Map([...byFriend].map(([friend, ofPair]) => [friend, readPair(ofPair)])));
    }
  }

  /** Every friendship of the pair that may ever have stood. */
  of(user: string, friend: string): readonly Friendship[] {
    return this.#byUser.get(user)?.get(friend) ?? [];
  }
}

function readPair(changes: readonly FriendChange[]): readonly Friendship[] {
  const friendships: (Friendship & { surelyToMs: number; toMs: number })[] = [];
  // A deletion that was never answered may take effect at any time after, also on a later friendship.
  let doubtfulFromMs = Number.POSITIVE_INFINITY;
  for (const change of changes) {
    if (change.kind === 'set') {
      friendships.push({
        fromMs: change.sentMs,
        surelyFromMs: latestMs(change),
        surelyToMs: doubtfulFromMs,
        toMs: Number.POSITIVE_INFINITY,
      });
      continue;
    }
    if (change.answeredMs === null) doubtfulFromMs = Math.min(doubtfulFromMs, change.sentMs);
    for (const friendship of friendships) {
      friendship.surelyToMs = Math.min(friendship.surelyToMs, change.sentMs);
      // Neither can it end what may begin only later: a friendship whose request was never answered.
      const hasBegun = Number.isFinite(friendship.surelyFromMs);
      if (hasBegun) friendship.toMs = Math.min(friendship.toMs, latestMs(change));
    }
  }
  return friendships;
}
