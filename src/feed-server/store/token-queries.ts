import { type Kysely, sql } from 'kysely';
import type { FeedTables } from './feed-tables.ts';
import type { ReadOptions } from './search-users.ts';

/** The state of a token. */
export interface TokenState {
  /** That of the tokens that the user gets now; 0 for users who are not registered here. */
  readonly version: number;
  readonly isRevoked: boolean;
}

export async function readTokenState(
  db: Kysely<FeedTables>,
  userId: string,
  tokenId: string,
  options?: ReadOptions,
): Promise<TokenState> {
  const row = await db
    .selectNoFrom((from) => [
      from.selectFrom('app_user').select('token_version').where('id', '=', userId).as('version'),
      from
        .selectFrom('revoked_token')
        .select('expires_at')
        .where('user_id', '=', userId)
        .where('token_id', '=', tokenId)
        .as('revoked'),
    ])
    .executeTakeFirstOrThrow(options);
  return { version: row.version ?? 0, isRevoked: row.revoked !== null };
}

const pageSize = 10_000;

/** The users of whom a token may have been revoked that has not expired, page by page. */
export async function* readRevokedUsers(
  db: Kysely<FeedTables>,
  nowMs: number,
): AsyncGenerator<readonly string[]> {
  let after = '';
  for (;;) {
    const { rows } = await sql<{ readonly id: string }>`
      select id from (
        select id from (
          select id from app_user where token_version > 0 and id > ${after} order by id limit ${pageSize}) as changed
        union
        select user_id as id from (
          select user_id from revoked_token where user_id > ${after} and expires_at > ${nowMs}
          order by user_id limit ${pageSize}) as revoked) as found
      order by id limit ${pageSize}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ id }) => id);
    after = last.id;
  }
}
