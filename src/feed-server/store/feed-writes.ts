import type { EventLog, Write } from 'posted/log';
import type { DeletedPost, PostPayload } from '../../../generated/asyncapi/models.ts';
import { type CommentWrites, registerCommentWrites } from './comment-writes.ts';
import { type CredentialWrites, registerCredentialWrites } from './credential-writes.ts';
import { type LikeWrites, registerLikeWrites } from './like-writes.ts';
import { type RemovalWrites, registerRemovalWrites } from './removal-writes.ts';

/** The columns of the writes are those of the tables. */
export interface FeedWrites extends LikeWrites, CommentWrites, RemovalWrites, CredentialWrites {
  readonly registerUser: Write<typeof userRow>;
  /** Writes nothing if the user is unknown. */
  readonly setNameKeys: Write<typeof nameKeysRow>;
  /** Its event is the message `post` of the author. A retry with the same key writes nothing. */
  readonly createPost: Write<typeof postRow>;
  /** Also changes the message `post`, and announces it. Writes nothing if the author has no such post. */
  readonly updatePost: Write<typeof postRow>;
  /**
   * Also removes the content of its messages, and of those about its likes, from the log, and announces it. Returns the
   * row `left` if it has likes or comments, which `RemovalWrites` remove. Writes nothing if the author has no such post.
   */
  readonly deletePost: Write<typeof postIdRow>;
}

const userRow = {
  id: 'text',
  first_name: 'text',
  second_name: 'text',
  first_name_key: 'text',
  second_name_key: 'text',
  birthdate: 'text?',
  biography: 'text?',
  city: 'text?',
  password_hash: 'text',
} as const;

const nameKeysRow = { id: 'text', first_name_key: 'text', second_name_key: 'text' } as const;

const postRow = { id: 'text', author: 'text', text: 'text' } as const;

const postIdRow = { id: 'text', author: 'text' } as const;

/** The payload of the messages `post` and `postUpdated`. */
const post = {
  postId: 'id',
  postText: 'text',
  author_user_id: 'author',
} as const satisfies Readonly<Record<keyof PostPayload, keyof typeof postRow>>;

/** The payload of the message `postDeleted`. */
const deletedPost = { postId: 'id', author_user_id: 'author' } as const satisfies Readonly<
  Record<keyof DeletedPost, keyof typeof postIdRow>
>;

/** Registers the writes of the feed. */
export function registerFeedWrites(log: Pick<EventLog, 'write'>): FeedWrites {
  return {
    ...registerLikeWrites(log),
    ...registerCommentWrites(log),
    ...registerRemovalWrites(log),
    ...registerCredentialWrites(log),
    registerUser: log.write({
      name: 'registerUser',
      row: userRow,
      one: ['id'],
      statements: {
        added: `
          insert into app_user
            (id, first_name, second_name, first_name_key, second_name_key, birthdate, biography, city, password_hash)
          select id, first_name, second_name, first_name_key, second_name_key, birthdate, biography, city, password_hash
          from item`,
      },
    }),
    setNameKeys: log.write({
      name: 'setNameKeys',
      row: nameKeysRow,
      one: ['id'],
      statements: {
        changed: `
          update app_user set first_name_key = item.first_name_key, second_name_key = item.second_name_key
          from item where app_user.id = item.id`,
      },
    }),
    createPost: log.write({
      name: 'createPost',
      row: postRow,
      one: ['id'],
      key: { user: 'author', body: ['text'] },
      statements: {
        added: `
          insert into post (seq, id, author, text, created_at)
          select seq, id, author, text, at from item`,
      },
      event: { channel: 'postFeedPosted', message: 'post', topic: 'author', entity: 'id', payload: post },
    }),
    updatePost: log.write({
      name: 'updatePost',
      row: postRow,
      one: ['id'],
      statements: {
        changed: `
          update post set text = item.text from item
          where post.id = item.id and post.author = item.author
          returning post.id`,
      },
      when: 'changed',
      event: {
        kind: 'revise',
        channel: 'postFeedPosted',
        message: 'postUpdated',
        topic: 'author',
        entity: 'id',
        payload: post,
        revises: 'post',
      },
    }),
    deletePost: log.write({
      name: 'deletePost',
      row: postIdRow,
      one: ['id'],
      statements: {
        deleted: `
          delete from post where (id, author) in (select id, author from item)
          returning id`,
        uncounted: 'delete from post_like_count where post_id in (select id from item)',
        left: `
          insert into deleted_post (id, author)
          select id, author from item
          where exists (select 1 from post_like where post_like.post_id = item.id)
            or exists (select 1 from post_comment where post_comment.post_id = item.id)
          returning id`,
      },
      when: 'deleted',
      event: {
        kind: 'redact',
        channel: 'postFeedPosted',
        message: 'postDeleted',
        topic: 'author',
        entity: 'id',
        payload: deletedPost,
      },
    }),
  };
}
