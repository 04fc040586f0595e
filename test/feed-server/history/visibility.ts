import type { Friendships } from './friendships.ts';
import { type ClientHistory, type IntendedPost, isBefore, latestMs } from './history.ts';

/**
 * Whether `client` may have seen `post`: it was not created before the subscription, and it can have been
 * sent at some moment when its author was a friend.
 */
export function maySee(client: ClientHistory, post: IntendedPost, friendships: Friendships): boolean {
  if (isBefore(post, client.subscribed)) return false;
  if (client.audience === 'everyone') return true;
  return friendships.of(client.user, post.author).some(({ fromMs, toMs }) => {
    const createdInTime = post.sentMs <= toMs && latestMs(post) >= fromMs;
    // A replay uses the friendships of that moment, so a connection must have existed during the friendship.
    return createdInTime && wasLinked(client, Math.max(post.sentMs, fromMs), toMs);
  });
}

/**
 * Until when `client` was certainly entitled to `post`, which was certainly created after the subscription
 * and while its author was a friend. Null if any of that is uncertain.
 */
export function entitledUntilMs(
  client: ClientHistory,
  post: IntendedPost,
  friendships: Friendships,
): number | null {
  if (post.answeredMs === null || !isBefore(client.subscribed, post)) return null;
  const leftMs = client.leftMs ?? Number.POSITIVE_INFINITY;
  if (client.audience === 'everyone') return leftMs;
  let untilMs: number | null = null;
  for (const { certainFromMs, certainToMs } of friendships.of(client.user, post.author)) {
    if (certainFromMs < post.sentMs) untilMs = Math.max(untilMs ?? 0, Math.min(certainToMs, leftMs));
  }
  return untilMs;
}

function wasLinked({ links }: ClientHistory, fromMs: number, toMs: number): boolean {
  return links.some((link) => link.fromMs <= toMs && (link.toMs ?? Number.POSITIVE_INFINITY) >= fromMs);
}
