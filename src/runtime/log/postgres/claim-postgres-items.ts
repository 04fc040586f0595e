import { type RawBuilder, sql } from 'kysely';

/**
 * `claimItems` of `createDeviceQueries`. The row of posted_fence is locked until the commit, so that fences become visible
 * in ascending order.
 */
export function claimItems(rows: string, count: number): RawBuilder<unknown> {
  return sql`
    taken as (update posted_fence set fence = fence + ${count} returning fence - ${count} as fence),
    item as (
      select claim.*, taken.fence + row_number() over () as fence
      from taken, json_to_recordset(${rows}) as claim (
        user_id text, device text, instance text, attempt bigint, epoch text, seq bigint, mark bigint, replaces bigint
      )
    )`;
}
