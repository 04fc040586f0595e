import { friendPayload } from '../event-row.ts';
import type { Handlers } from './protocol.ts';
import type { Statements } from './statements.ts';

const nextSeq = 'update head set seq = seq + 1 where k = 1 returning seq';
const insertEvent =
  'insert into event (seq, kind, author, post_id, payload, created_at) values (?, ?, ?, ?, ?, ?)';
const insertPost = 'insert into post (seq, id, author, text, created_at) values (?, ?, ?, ?, ?)';
const findKey = 'select post_id from post_key where author = ? and idem_key = ?';
const insertKey = 'insert into post_key (author, idem_key, post_id) values (?, ?, ?)';
const findFriend = 'select since_seq from friend where user_id = ? and friend_id = ?';
const insertFriend = 'insert into friend (user_id, friend_id, since_seq) values (?, ?, ?)';
const deleteFriend = 'delete from friend where user_id = ? and friend_id = ?';

/** The appends to the log. Each runs several statements: the caller makes them one. */
export function createAppends(statements: Statements): Omit<Handlers, 'statement'> {
  function takeSeq(): number {
    const seq = statements.run(nextSeq).rows[0]?.seq;
    if (typeof seq !== 'number') throw new Error('the head of the log is missing');
    return seq;
  }

  return {
    appendPost({ postId, author, text, createdAtMs, idempotencyKey }) {
      if (idempotencyKey !== undefined) {
        // Writes run one after the other, so that a key used earlier in this very batch is here too.
        const used = statements.run(findKey, [author, idempotencyKey]).rows[0];
        if (used !== undefined) return { postId: String(used.post_id), event: null };
        statements.run(insertKey, [author, idempotencyKey, postId]);
      }
      const kind = 'post';
      const seq = takeSeq();
      statements.run(insertPost, [seq, postId, author, text, createdAtMs]);
      statements.run(insertEvent, [seq, kind, author, postId, null, createdAtMs]);
      return { postId, event: { kind, seq, createdAtMs, author, postId, text } };
    },

    appendFriendSet({ user, friend, createdAtMs }) {
      if (statements.run(findFriend, [user, friend]).rows.length > 0) return null;
      const kind = 'friend-set';
      const seq = takeSeq();
      statements.run(insertFriend, [user, friend, seq]);
      statements.run(insertEvent, [seq, kind, user, null, friendPayload(friend), createdAtMs]);
      return { kind, seq, createdAtMs, user, friend };
    },

    appendFriendDeleted({ user, friend, createdAtMs }) {
      if (statements.run(deleteFriend, [user, friend]).changes === 0) return null;
      const kind = 'friend-deleted';
      const seq = takeSeq();
      statements.run(insertEvent, [seq, kind, user, null, friendPayload(friend), createdAtMs]);
      return { kind, seq, createdAtMs, user, friend };
    },
  };
}
