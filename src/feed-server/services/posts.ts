import { PostedError } from 'posted/server';
import type { FeedPage, FeedRange, PostRecord } from '../store/feed-page.ts';
import type { FeedQueries } from '../store/feed-queries.ts';
import type { FeedWrites } from '../store/feed-writes.ts';
import type { ReadOptions } from '../store/search-users.ts';
import type { PostRemovals } from './post-removals.ts';
import { createTimeOrderedId } from './time-ordered-id.ts';
import { unknownPost } from './unknown-post.ts';

export type { FeedPosition, PostRecord } from '../store/feed-page.ts';

export interface NewPost {
  readonly author: string;
  readonly text: string;
  readonly idempotencyKey?: string | undefined;
}

/** All methods reject with PostedError. */
export interface Posts {
  /**
   * Resolves with the post's id once the post is on disk, whether or not publishing it succeeds afterwards. A key that
   * was used before for the same text resolves with the id of the first post.
   */
  create(post: NewPost): Promise<string>;
  update(id: string, author: string, text: string): Promise<void>;
  /** Also deletes its likes and comments. */
  delete(id: string, author: string): Promise<void>;
  get(id: string, options?: ReadOptions): Promise<PostRecord>;
  feedOf(range: FeedRange, options?: ReadOptions): Promise<FeedPage>;
}

export function createPosts(
  queries: FeedQueries,
  writes: Pick<FeedWrites, 'createPost' | 'updatePost' | 'deletePost'>,
  removals: Pick<PostRemovals, 'remove'>,
): Posts {
  return {
    async create({ author, text, idempotencyKey }) {
      const id = createTimeOrderedId(Date.now());
      const { first } = await writes.createPost({ id, author, text }, { key: idempotencyKey });
      return first?.entity ?? id;
    },
    async update(id, author, text) {
      const { isWritten } = await writes.updatePost({ id, author, text });
      if (!isWritten) throw notFound();
    },
    async delete(id, author) {
      const { isWritten, returned } = await writes.deletePost({ id, author });
      if (!isWritten) throw notFound();
      if (returned.left !== null) await removals.remove({ id, author });
    },
    async get(id, options) {
      const post = await queries.findPost(id, options);
      if (post === null) throw unknownPost();
      return post;
    },
    async feedOf(range, options) {
      return await queries.feedOf(range, options);
    },
  };
}

/** The same for other users' posts, so that it does not reveal whether they exist. */
function notFound(): PostedError {
  return new PostedError('not_found', 'You have no post with this id.');
}
