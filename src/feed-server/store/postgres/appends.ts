import type { Appended } from '../appended.ts';
import { friendPayload } from '../event-row.ts';
import type { PostDraft } from '../store.ts';
import type { Database } from './database.ts';

/** What is to be appended. */
export type Append = { readonly kind: 'post'; readonly draft: PostDraft } | FriendChange;

export interface FriendChange<Kind = 'friend-set' | 'friend-deleted'> {
  readonly kind: Kind;
  readonly user: string;
  readonly friend: string;
  readonly createdAtMs: number;
}

/**
 * The log has one head, and whoever holds its row is alone with the log until the commit: seq is given
 * out in the order of the commits and without a hole, over all nodes.
 */
const lockHead = 'begin; select from head where k = 1 for update';

/**
 * Appends `$1`, a JSON array of rows. A statement of its own, since a statement sees what was committed
 * before it began: this one begins when the head is locked, so that it sees every append before it.
 * No two rows may be about the same key or friendship, because it does not see what it writes itself.
 */
const appendItems = `
  with item as materialized (
    select * from json_to_recordset($1) as item (
      place integer, kind text, author text collate "C", target text collate "C", text text, payload text,
      created_at bigint, idem_key text collate "C"
    )
  ), accepted as materialized (
    select item.*, head.seq + row_number() over (order by item.place) as seq
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
  left join accepted using (place)
  left join post_key on post_key.author = item.author and post_key.idem_key = item.idem_key
  order by place`;

/** Appends in one transaction, and resolves when it is on disk: with what became of each, in the order given. */
export async function appendAll(
  database: Database,
  appends: readonly Append[],
): Promise<readonly Appended[]> {
  const connection = await database.connect();
  try {
    // Sent at once: the head is never locked for as long as this side takes to think.
    const answers = await Promise.allSettled([
      connection.query(lockHead, []),
      connection.query<Appended>(appendItems, [JSON.stringify(appends.map(toRow))]),
      connection.query('commit', []),
    ]);
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    const [, appended] = answers;
    return appended.status === 'fulfilled' ? appended.value.rows : [];
  } finally {
    connection.release();
  }
}

/** The names of the columns are those of the statement. */
function toRow(append: Append, place: number): Readonly<Record<string, unknown>> {
  if (append.kind === 'post') {
    const { author, postId, text, createdAtMs, idempotencyKey } = append.draft;
    const idem_key = idempotencyKey ?? null;
    return { place, kind: append.kind, author, target: postId, text, created_at: createdAtMs, idem_key };
  }
  const { kind, user, friend, createdAtMs } = append;
  const payload = friendPayload(friend);
  return { place, kind, author: user, target: friend, payload, created_at: createdAtMs };
}
