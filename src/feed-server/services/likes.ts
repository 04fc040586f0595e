import type { FeedQueries } from '../store/feed-queries.ts';
import type { LikePage, LikeRange } from '../store/like-page.ts';
import type { LikeWrites } from '../store/like-writes.ts';
import type { ReadOptions } from '../store/search-users.ts';
import { unknownPost } from './unknown-post.ts';

/** All methods reject with PostedError. */
export interface Likes {
  /** Liking a post again changes nothing. */
  like(postId: string, user: string): Promise<void>;
  /** Unliking a post that the user does not like changes nothing. */
  unlike(postId: string, user: string): Promise<void>;
  of(range: LikeRange, options?: ReadOptions): Promise<LikePage>;
}

export function createLikes(
  queries: Pick<FeedQueries, 'findPostAuthor' | 'likesOf'>,
  writes: LikeWrites,
): Likes {
  async function change(write: LikeWrites[keyof LikeWrites], postId: string, user: string): Promise<void> {
    const author = await queries.findPostAuthor(postId);
    if (author === null) throw unknownPost();
    const { isWritten } = await write({ post_id: postId, user_id: user, author, also: [author] });
    // Either nothing changes, or the post was deleted meanwhile.
    if (!isWritten && (await queries.findPostAuthor(postId)) === null) throw unknownPost();
  }

  return {
    like: (postId, user) => change(writes.likePost, postId, user),
    unlike: (postId, user) => change(writes.unlikePost, postId, user),
    async of(range, options) {
      const page = await queries.likesOf(range, options);
      if (page === null) throw unknownPost();
      return page;
    },
  };
}
