import type { Log } from 'posted/server';
import type { DeletedPost, FeedQueries } from '../store/feed-queries.ts';
import type { RemovalWrites } from '../store/removal-writes.ts';
import { repeat } from './repeat.ts';

/** Removes the likes and comments of deleted posts, those too that a server has left behind that has crashed. */
export interface PostRemovals {
  /** Resolves once nothing of the post is left, or after a failure, which is tried again later. */
  remove(post: DeletedPost): Promise<void>;
  /** Waits for what is being removed. */
  close(): Promise<void>;
}

export interface PostRemovalsDeps {
  readonly queries: Pick<FeedQueries, 'findDeletedPosts' | 'findCommentIds'>;
  readonly writes: RemovalWrites;
  readonly log: Log;
}

/** How long the comments of a post may be in the log after a crash, if no server starts. */
const intervalMs = 60_000;

/** Comments that are removed at the same time. */
const batchSize = 256;

export function createPostRemovals({ queries, writes, log }: PostRemovalsDeps): PostRemovals {
  async function removeAll({ id, author }: DeletedPost): Promise<void> {
    for (let isFinished = false; !isFinished; ) {
      const comments = await queries.findCommentIds(id, batchSize);
      await Promise.all(comments.map((each) => writes.removeComment({ id: each, post_author: author })));
      await writes.removeLikes({ post_id: id });
      isFinished = (await writes.finishRemoval({ post_id: id })).isWritten;
    }
  }

  async function remove(post: DeletedPost): Promise<void> {
    try {
      await removeAll(post);
    } catch (err) {
      log.warn(
        { err, post: post.id },
        'cannot remove the comments and likes of a deleted post; trying again',
      );
    }
  }

  async function removeLeft(): Promise<void> {
    try {
      for (const post of await queries.findDeletedPosts()) await remove(post);
    } catch (err) {
      log.warn({ err }, 'cannot look for deleted posts with comments or likes; trying again');
    }
  }

  return { remove, close: repeat(removeLeft, intervalMs) };
}
