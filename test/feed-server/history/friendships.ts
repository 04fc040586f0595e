import { type FriendChange, latestMs } from './history.ts';

/** A friendship of a pair. Its beginning and its end are each known as an interval only. */
export interface Friendship {
  /** It did not exist before this. */
  readonly fromMs: number;
  /** It certainly existed from here on; infinite if the request got no response. */
  readonly certainFromMs: number;
  /** It certainly existed until here. */
  readonly certainToMs: number;
  /** It did not exist after this. */
  readonly toMs: number;
}

/** What is known about who was whose friend, and when. */
export class Friendships {
  /** By user, then by friend. */
  readonly #byUser = new Map<string, Map<string, readonly Friendship[]>>();
  readonly #changes: readonly FriendChange[];

  constructor(changes: readonly FriendChange[]) {
    this.#changes = changes;
    for (const [user, ofUser] of Map.groupBy(changes, (change) => change.user)) {
      const byFriend = Map.groupBy(ofUser, ({ friend }) => friend);
      this.#byUser.set(user, new Map([...byFriend].map(([friend, ofPair]) => [friend, readPair(ofPair)])));
    }
  }

  /** Every friendship of the pair that may have existed. */
  of(user: string, friend: string): readonly Friendship[] {
    return this.#byUser.get(user)?.get(friend) ?? [];
  }

  /** Whether a friendship of the user may have ended between these times and begun again by the later one. */
  mayHaveBegunAgain(user: string, afterMs: number, beforeMs: number): boolean {
    const changes = this.#changes.filter((change) => change.user === user && change.sentMs < beforeMs);
    return changes.some(
      (end) =>
        end.kind !== 'set' &&
        latestMs(end) > afterMs &&
        changes.some(
          (change) => change.kind === 'set' && change.friend === end.friend && latestMs(change) > end.sentMs,
        ),
    );
  }
}

function readPair(changes: readonly FriendChange[]): readonly Friendship[] {
  const friendships: (Friendship & { certainToMs: number; toMs: number })[] = [];
  // A deletion without a response may take effect at any later time, and end a later friendship.
  let uncertainFromMs = Number.POSITIVE_INFINITY;
  for (const change of changes) {
    if (change.kind === 'set') {
      friendships.push({
        fromMs: change.sentMs,
        certainFromMs: latestMs(change),
        certainToMs: uncertainFromMs,
        toMs: Number.POSITIVE_INFINITY,
      });
      continue;
    }
    if (change.answeredMs === null) uncertainFromMs = Math.min(uncertainFromMs, change.sentMs);
    for (const friendship of friendships) {
      friendship.certainToMs = Math.min(friendship.certainToMs, change.sentMs);
      // A friendship whose request got no response may begin only after the deletion.
      const hasBegun = Number.isFinite(friendship.certainFromMs);
      if (hasBegun) friendship.toMs = Math.min(friendship.toMs, latestMs(change));
    }
  }
  return friendships;
}
