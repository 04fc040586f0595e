import { PostedError } from 'posted/server';
import type { CommentPage, CommentRange } from '../store/comment-page.ts';
import type { CommentWrites } from '../store/comment-writes.ts';
import type { FeedQueries } from '../store/feed-queries.ts';
import type { ReadOptions } from '../store/search-users.ts';
import { createTimeOrderedId } from './time-ordered-id.ts';
import { unknownPost } from './unknown-post.ts';

export interface NewComment {
  readonly postId: string;
  readonly author: string;
  readonly text: string;
  readonly idempotencyKey?: string | undefined;
}

/** All methods reject with PostedError. */
export interface Comments {
  /**
   * Resolves with the comment's id once it is on disk. A key that was used before for the same post and text resolves
   * with the id of the first comment.
   */
  create(comment: NewComment): Promise<string>;
  /** For the author of the comment, and that of the post. */
  delete(id: string, user: string): Promise<void>;
  of(range: CommentRange, options?: ReadOptions): Promise<CommentPage>;
}

export function createComments(
  queries: Pick<FeedQueries, 'findPostAuthor' | 'findComment' | 'commentsOf'>,
  writes: CommentWrites,
): Comments {
  return {
    async create({ postId, author, text, idempotencyKey }) {
      const postAuthor = await queries.findPostAuthor(postId);
      if (postAuthor === null) throw unknownPost();
      const id = createTimeOrderedId(Date.now());
      const row = { id, post_id: postId, author, text, post_author: postAuthor, also: [postAuthor] };
      const { isWritten, first } = await writes.createComment(row, { key: idempotencyKey });
      if (first !== null) return first.entity ?? id;
      if (!isWritten) throw unknownPost();
      return id;
    },
    async delete(id, user) {
      const comment = await queries.findComment(id);
      if (comment === null || (comment.author !== user && comment.postAuthor !== user)) throw notFound();
      const { postId, postAuthor } = comment;
      const row = { id, post_id: postId, post_author: postAuthor, also: [postAuthor] };
      const { isWritten } = await writes.deleteComment(row);
      if (!isWritten) throw notFound();
    },
    async of(range, options) {
      const page = await queries.commentsOf(range, options);
      if (page === null) throw unknownPost();
      return page;
    },
  };
}

/** The same for other users' comments, so that it does not reveal whether they exist. */
function notFound(): PostedError {
  return new PostedError('not_found', 'There is no comment with this id that you may delete.');
}
