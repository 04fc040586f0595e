import { type RawBuilder, sql } from 'kysely';

const columns = sql.join(
  ['user_id', 'device', 'instance', 'attempt', 'epoch', 'seq', 'mark', 'replaces'].map(
    (name) => sql`value ->> ${sql.lit(`$.${name}`)} as ${sql.ref(name)}`,
  ),
);

/** `claimItems` of `createDeviceQueries`. Writes run one after another, so the next fence is the one after the highest. */
export function claimItems(rows: string): RawBuilder<unknown> {
  return sql`
    item as (
      select ${columns},
        (select coalesce(max(fence), 0) from posted_device where fence > 0) + key + 1 as fence
      from json_each(${rows})
    )`;
}
