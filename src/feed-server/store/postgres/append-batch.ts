import type { AppendResult } from '../engine-store.ts';
import type { PostDraft } from '../store.ts';
import { friendPayload } from '../tables.ts';
import type { ConnectionPool } from './connection-pool.ts';

export type Append = { readonly kind: 'post'; readonly draft: PostDraft } | FriendChange;

export interface FriendChange<Kind = 'friend-set' | 'friend-deleted'> {
  readonly kind: Kind;
  readonly user: string;
  readonly friend: string;
  readonly createdAtMs: number;
}

/**
 * A transaction that has locked the row of the head is the only one that appends until its commit: across
 * all nodes, seq is assigned in commit order and without gaps.
 */
const lockHead = 'begin; select from head where k = 1 for update';

/**
 * Appends `$1`, a JSON array of rows. It is separate from `lockHead` because a statement sees only what
 * was committed before it began: this one begins once the head is locked, so it sees every earlier append.
 * It does not see its own writes, so no two rows may concern the same key or friendship.
 */
const appendItems = `
  with item as materialized (
    select * from json_to_recordset($1) as item (
      ordinal integer, kind text, author text collate "C", target text collate "C", text text, payload text,
      created_at bigint, idem_key text collate "C"
    )
  ), accepted as materialized (
    select item.*, head.seq + row_number() over (order by item.ordinal) as seq
    from item cross join head
    where case item.kind
      when 'post' then not exists (
        select from post_key where post_key.author = item.author and post_key.idem_key = item.idem_key
      )
      else (item.kind = 'friend-deleted') = exists (
        select from friend where friend.user_id = item.author and friend.friend_id = item.target
      )
    end
  ), advanced as (
    update head set seq = (select max(seq) from accepted) where exists (select from accepted)
  ), posted as (
    insert into post (seq, id, author, text, created_at)
    select seq, target, author, text, created_at from accepted where kind = 'post'
  ), keyed as (
    insert into post_key (author, idem_key, post_id)
    select author, idem_key, target from accepted where idem_key is not null
  ), befriended as (
    insert into friend (user_id, friend_id, since_seq)
    select author, target, seq from accepted where kind = 'friend-set'
  ), unfriended as (
    delete from friend using accepted
    where kind = 'friend-deleted' and friend.user_id = accepted.author and friend.friend_id = accepted.target
  ), logged as (
    insert into event (seq, kind, author, post_id, payload, created_at)
    select seq, kind, author, case kind when 'post' then target end, payload, created_at from accepted
  )
  select accepted.seq, post_key.post_id as "keyHolder"
  from item
  left join accepted using (ordinal)
  left join post_key on post_key.author = item.author and post_key.idem_key = item.idem_key
  order by ordinal`;

/** Appends in one transaction. Resolves when it is on disk, with a result per append in the same order. */
export async function appendBatch(
  pool: ConnectionPool,
  appends: readonly Append[],
): Promise<readonly AppendResult[]> {
  const connection = await pool.connect();
  try {
    // All are sent at once, so that the head is not locked for round trips.
    const results = await Promise.allSettled([
      connection.query(lockHead, []),
      connection.query<AppendResult>(appendItems, [JSON.stringify(appends.map(toRow))]),
      connection.query('commit', []),
    ]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    const [, appended] = results;
    return appended.status === 'fulfilled' ? appended.value.rows : [];
  } finally {
    connection.release();
  }
}

/** The keys are the column names in `appendItems`. */
function toRow(append: Append, ordinal: number): Readonly<Record<string, unknown>> {
  if (append.kind === 'post') {
    const { author, postId, text, createdAtMs, idempotencyKey } = append.draft;
    const idem_key = idempotencyKey ?? null;
    return { ordinal, kind: append.kind, author, target: postId, text, created_at: createdAtMs, idem_key };
  }
  const { kind, user, friend, createdAtMs } = append;
  const payload = friendPayload(friend);
  return { ordinal, kind, author: user, target: friend, payload, created_at: createdAtMs };
}
