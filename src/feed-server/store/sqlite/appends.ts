import { friendPayload } from '../event-row.ts';
import type { Head } from './head.ts';
import type { Handlers } from './protocol.ts';
import type { Statements } from './statements.ts';

const insertEvent =
  'insert into event (seq, kind, author, post_id, payload, created_at) values (?, ?, ?, ?, ?, ?)';
const insertPost = 'insert into post (seq, id, author, text, created_at) values (?, ?, ?, ?, ?)';
const findKey = 'select post_id from post_key where author = ? and idem_key = ?';
const insertKey = 'insert into post_key (author, idem_key, post_id) values (?, ?, ?)';
const findFriend = 'select since_seq from friend where user_id = ? and friend_id = ?';
const insertFriend = 'insert into friend (user_id, friend_id, since_seq) values (?, ?, ?)';
const deleteFriend = 'delete from friend where user_id = ? and friend_id = ?';

/** The appends to the log. Each runs several statements: the caller makes them one, and saves the head. */
export function createAppends(statements: Statements, head: Pick<Head, 'next'>): Omit<Handlers, 'statement'> {
  return {
    appendPost({ postId, author, text, createdAtMs, idempotencyKey }) {
      if (idempotencyKey !== undefined) {
        // Writes run one after the other, so that a key used earlier in this very batch is here too.
        const used = statements.run(findKey, [author, idempotencyKey]).rows[0];
        if (used !== undefined) return { seq: null, keyHolder: String(used.post_id) };
        statements.run(insertKey, [author, idempotencyKey, postId]);
      }
      const seq = head.next();
      statements.run(insertPost, [seq, postId, author, text, createdAtMs]);
      statements.run(insertEvent, [seq, 'post', author, postId, null, createdAtMs]);
      return { seq, keyHolder: null };
    },

    appendFriendSet({ user, friend, createdAtMs }) {
      if (statements.run(findFriend, [user, friend]).rows.length > 0) return null;
      const kind = 'friend-set';
      const seq = head.next();
      statements.run(insertFriend, [user, friend, seq]);
      statements.run(insertEvent, [seq, kind, user, null, friendPayload(friend), createdAtMs]);
      return { kind, seq, createdAtMs, user, friend };
    },

    appendFriendDeleted({ user, friend, createdAtMs }) {
      if (statements.run(deleteFriend, [user, friend]).changes === 0) return null;
      const kind = 'friend-deleted';
      const seq = head.next();
      statements.run(insertEvent, [seq, kind, user, null, friendPayload(friend), createdAtMs]);
      return { kind, seq, createdAtMs, user, friend };
    },
  };
}
