import type { EventLog, Write } from 'posted/log';
import type { CommentPayload, DeletedComment } from '../../../generated/asyncapi/models.ts';

export interface CommentWrites {
  /** A retry with the same key writes nothing. Neither does a comment on a post that does not exist. */
  readonly createComment: Write<typeof commentRow>;
  /** Also removes its text from the log. Writes nothing if the comment does not exist. */
  readonly deleteComment: Write<typeof commentIdRow>;
}

/** `post_author` is in `also`. */
const commentRow = {
  id: 'text',
  post_id: 'text',
  author: 'text',
  text: 'text',
  post_author: 'text',
  also: 'json',
} as const;

const commentIdRow = { id: 'text', post_id: 'text', post_author: 'text', also: 'json' } as const;

/** The entity is the comment, so that the deletion of one leaves the others, and the post, in the log. */
const commentEvent = { channel: 'postFeedPosted', topic: 'post_author', also: 'also', entity: 'id' } as const;

/** The payload of the message `commentCreated`. */
const comment = {
  commentId: 'id',
  postId: 'post_id',
  text: 'text',
  author_user_id: 'author',
} as const satisfies Readonly<Record<keyof CommentPayload, keyof typeof commentRow>>;

/** The payload of the message `commentDeleted`. */
const deletedComment = { commentId: 'id', postId: 'post_id' } as const satisfies Readonly<
  Record<keyof DeletedComment, keyof typeof commentIdRow>
>;

/** Registers the writes of comments. */
export function registerCommentWrites(log: Pick<EventLog, 'write'>): CommentWrites {
  return {
    createComment: log.write({
      name: 'createComment',
      row: commentRow,
      one: ['id'],
      key: { user: 'author', body: ['post_id', 'text'] },
      where: 'exists (select 1 from post where post.id = item.post_id and post.author = item.post_author)',
      statements: {
        added: `
          insert into post_comment (seq, id, post_id, author, text, created_at)
          select seq, id, post_id, author, text, at from item`,
      },
      event: { ...commentEvent, message: 'commentCreated', payload: comment },
    }),
    deleteComment: log.write({
      name: 'deleteComment',
      row: commentIdRow,
      one: ['id'],
      statements: {
        deleted: `
          delete from post_comment where id in (select id from item)
          returning id`,
      },
      when: 'deleted',
      event: { ...commentEvent, kind: 'redact', message: 'commentDeleted', payload: deletedComment },
    }),
  };
}
