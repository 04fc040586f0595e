import type { EventLog, Write } from 'posted/log';

/**
 * What follows the deletion of a post: each write removes a part, so that the deletion of a post with many likes and
 * comments does not make other writes wait.
 */
export interface RemovalWrites {
  /** Also removes the text of the comment from the log, and is sent to nobody. */
  readonly removeComment: Write<typeof commentRow>;
  /** Removes some of the likes. */
  readonly removeLikes: Write<typeof postRow>;
  /** Writes nothing if the post still has likes or comments. */
  readonly finishRemoval: Write<typeof postRow>;
}

const commentRow = { id: 'text', post_author: 'text' } as const;

const postRow = { post_id: 'text' } as const;

export function registerRemovalWrites(log: Pick<EventLog, 'write'>): RemovalWrites {
  return {
    removeComment: log.write({
      name: 'removeComment',
      row: commentRow,
      one: ['id'],
      statements: {
        deleted: `
          delete from post_comment where id in (select id from item)
          returning id`,
      },
      when: 'deleted',
      event: { kind: 'redact', topic: 'post_author', entity: 'id' },
    }),
    removeLikes: log.write({
      name: 'removeLikes',
      row: postRow,
      one: ['post_id'],
      statements: {
        removed: `
          delete from post_like where (post_id, user_id) in (
            select post_like.post_id, post_like.user_id
            from post_like join item on item.post_id = post_like.post_id limit 1000)`,
      },
    }),
    finishRemoval: log.write({
      name: 'finishRemoval',
      row: postRow,
      one: ['post_id'],
      where: `
        not exists (select 1 from post_like where post_like.post_id = item.post_id)
        and not exists (select 1 from post_comment where post_comment.post_id = item.post_id)`,
      statements: { finished: 'delete from deleted_post where id in (select post_id from item)' },
    }),
  };
}
