import type { PlannedMembership, PlannedReader } from '../../support/history/delivery-schedule.ts';
import type { Random } from '../../support/history/random.ts';

export interface FeedReader extends PlannedReader {
  /** The chosen groups of messages; undefined for the default. */
  readonly events: string | undefined;
}

/** Those who become friends of readers. Other authors are strangers to all of them. */
const friends = Array.from({ length: 6 }, (_, index) => authorOf(index));
const audiences = ['everyone', 'topic', 'topic', 'everyone', 'topic'] as const;
const chosen = [undefined, 'posts,changes,likes,comments', 'posts,changes', 'likes,comments'];
const cursorKinds = ['memory', 'store', 'server'] as const;

/** Sixty readers cover every combination of audience, groups and cursor. */
export function planFeedReader(index: number, count: number): FeedReader {
  const isPlain = count >= 8 && index >= count - 2;
  const user = Math.floor(index / 2);
  return {
    // Each user has two clients. Some are authors, who are told of the likes and comments of their own posts.
    user: user % 3 === 1 ? authorOf(user) : `user${user}`,
    audience: audiences[index % audiences.length] ?? 'everyone',
    events: chosen[index % chosen.length],
    cursors: isPlain ? 'none' : (cursorKinds[index % cursorKinds.length] ?? 'memory'),
    isUndisturbed: false,
  };
}

export const undisturbedReader: FeedReader = {
  user: 'undisturbed',
  audience: 'everyone',
  events: 'posts,changes,likes,comments',
  cursors: 'memory',
  isUndisturbed: true,
};

/** The friends of each user: three stay friends, one stays a stranger, and the others change. */
export function planFriends(random: Random, readers: readonly FeedReader[]): readonly PlannedMembership[] {
  const users = new Set(readers.map(({ user }) => user));
  return [...users].flatMap((user) => {
    const topics = random.shuffle(friends.filter((friend) => friend !== user));
    return topics.map((topic, rank) => ({
      user,
      topic,
      isMember: rank < 3 || (rank > 3 && random.chance(0.5)),
      isPermanent: rank <= 3,
    }));
  });
}

export function authorOf(index: number): string {
  return `author${index}`;
}
