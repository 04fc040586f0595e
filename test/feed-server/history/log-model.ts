import type { Random } from '../../support/history/random.ts';
import type { FriendChange, IntendedPost, Operation } from './history.ts';
import { idOf } from './history-builders.ts';

/** When an operation really took effect, which a history does not tell. */
interface Committed {
  /** Infinite if it never did. */
  readonly commitMs: number;
}

export type CommittedPost = IntendedPost & Committed;

/** What a server would have stored, and what its clients know about it. */
export interface LogModel {
  readonly posts: readonly CommittedPost[];
  /** The stored posts, in order. */
  readonly log: readonly CommittedPost[];
  readonly changes: readonly (FriendChange & Committed)[];
  readonly bumpMs: number;
  readonly endMs: number;
  readonly retentionMs: number;
}

export interface ModelSize {
  readonly posts: number;
  readonly clients: number;
}

const authors = ['ada', 'bob', 'cay', 'dan', 'eve'] as const;
/** Nobody's friend. */
export const stranger = 'eve';

const postIntervalMs = 10;

export function userOf(client: number): string {
  return `user${client}`;
}

export function createLogModel(random: Random, size: ModelSize): LogModel {
  const endMs = size.posts * postIntervalMs;
  const posts = authors.flatMap((author) =>
    Array.from({ length: Math.ceil(size.posts / authors.length) }, (_, index) => {
      const sentMs = (index + random.between(0, 0.5)) * postIntervalMs * authors.length;
      const operation = operate(random, sentMs);
      const key = `${author}-${index}`;
      return { ...operation, key, author, postId: operation.answeredMs === null ? null : idOf(key) };
    }),
  );
  const changes = Array.from({ length: size.clients }, (_, client) =>
    authors.flatMap((friend) => changePair(random, { user: userOf(client), friend }, endMs)),
  );
  return {
    posts,
    log: posts
      .filter(({ commitMs }) => Number.isFinite(commitMs))
      .toSorted((a, b) => a.commitMs - b.commitMs),
    changes: changes.flat(),
    bumpMs: random.between(0.3, 0.7) * endMs,
    endMs,
    retentionMs: endMs / 8,
  };
}

/** Some requests get no response, and half of those are never stored. */
function operate(random: Random, sentMs: number): Operation & Committed {
  const commitMs = sentMs + random.between(0.1, 10);
  if (!random.chance(0.03)) return { sentMs, commitMs, answeredMs: commitMs + random.between(0.1, 10) };
  return { sentMs, commitMs: random.chance(0.5) ? commitMs : Number.POSITIVE_INFINITY, answeredMs: null };
}

/** Some pairs never become friends, some stay friends, most change several times. */
function changePair(
  random: Random,
  pair: { readonly user: string; readonly friend: string },
  endMs: number,
): (FriendChange & Committed)[] {
  const changes: (FriendChange & Committed)[] = [];
  if (pair.friend === stranger || random.chance(0.1)) return changes;
  const isPermanent = random.chance(0.25);
  for (let sentMs = 1; sentMs < endMs; sentMs += random.between(0.1, 0.4) * endMs) {
    const kind = changes.length % 2 === 0 ? 'set' : 'deleted';
    changes.push({ kind, ...pair, ...operate(random, sentMs) });
    if (isPermanent) break;
  }
  return changes;
}

/** Whether `user` may be sent `post` at `atMs`: their friendship at that time must have begun before the post. */
export function isVisible(model: LogModel, user: string, post: CommittedPost, atMs: number): boolean {
  let sinceMs: number | null = null;
  for (const { kind, user: reader, friend, commitMs } of model.changes) {
    if (reader !== user || friend !== post.author || commitMs > atMs) continue;
    sinceMs = kind === 'deleted' ? null : (sinceMs ?? commitMs);
  }
  return sinceMs !== null && sinceMs < post.commitMs;
}
