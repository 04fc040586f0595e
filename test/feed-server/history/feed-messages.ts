import type {
  CommentPayload,
  DeletedComment,
  DeletedPost,
  Like,
  PostPayload,
} from '../../../generated/asyncapi/models.ts';

/** The messages of each group that a connection can choose. */
export const messagesOf: Readonly<Record<string, readonly string[]>> = {
  posts: ['post'],
  changes: ['postUpdated', 'postDeleted'],
  likes: ['postLiked', 'postUnliked'],
  comments: ['commentCreated', 'commentDeleted'],
};

/** The id of a message in a run, in which no user likes a post twice. */
export function identify(message: string, payload: object): string {
  switch (message) {
    case 'post':
      return postId(keyOf((payload as PostPayload).postText));
    case 'postUpdated':
      return updatedId((payload as PostPayload).postText);
    case 'postDeleted':
      return deletedId((payload as DeletedPost).postId);
    case 'commentCreated':
      return commentId((payload as CommentPayload).text);
    case 'commentDeleted':
      return commentDeletedId((payload as DeletedComment).commentId);
    default: {
      const { postId: post, user_id } = payload as Like;
      return likeId(message, post, user_id);
    }
  }
}

/** The text of each version of a post begins with the key of the post. */
export const textOf = (key: string, version: number): string => `${key} v${version}`;
const keyOf = (text: string): string => text.split(' ', 1)[0] ?? '';

export const postId = (key: string): string => `post ${key}`;
export const updatedId = (text: string): string => `postUpdated ${text}`;
export const deletedId = (post: string): string => `postDeleted ${post}`;
export const commentId = (text: string): string => `commentCreated ${text}`;
export const commentDeletedId = (comment: string): string => `commentDeleted ${comment}`;
export const likeId = (message: string, post: string, user: string): string => `${message} ${post} ${user}`;
