import { type Kysely, sql } from 'kysely';
import type { LogEngine } from './engine.ts';
import type { LogTables } from './tables.ts';

/** The statements that bound what is kept for one user, which are the same in every engine. */
export type UserBoundQueries = Pick<LogEngine, 'trimDevices' | 'trimKeys' | 'trimPublisherKeys'>;

export interface UserBoundConnections {
  readonly reads: Kysely<LogTables>;
  readonly writes: Kysely<LogTables>;
}

export function createUserBoundQueries({ reads, writes }: UserBoundConnections): UserBoundQueries {
  /** Reads first: most users are far below their limit, and a read makes no write wait. */
  async function isAbove(table: 'posted_device' | 'posted_key', user: string, max: number): Promise<boolean> {
    const { count } = await reads
      .selectFrom(table)
      .select((build) => build.fn.countAll<number>().as('count'))
      .where('user_id', '=', user)
      .executeTakeFirstOrThrow();
    return count > max;
  }

  async function trimKeys(user: string, max: number): Promise<void> {
    if (!(await isAbove('posted_key', user, max))) return;
    await sql`
      delete from posted_key
      where user_id = ${user} and key in (
        select key from (
          select key, row_number() over (order by coalesce(seq, 0) desc, key) as place
          from posted_key where user_id = ${user}
        ) as ranked
        where place > ${max})`.execute(writes);
  }

  return {
    async trimDevices(user, max) {
      if (!(await isAbove('posted_device', user, max))) return;
      await sql`
        delete from posted_device
        where user_id = ${user} and device in (
          select device from (
            select device, row_number() over (
              order by
                case when posted_device.epoch = posted_meta.epoch and seq >= floor_seq then 0 else 1 end,
                fence desc, seq desc, device
            ) as place
            from posted_device, posted_meta where user_id = ${user}
          ) as ranked
          where place > ${max})`.execute(writes);
    },

    trimKeys,

    async trimPublisherKeys(user, max) {
      const { rows } = await sql`
        select 1 as found from posted_key
        where user_id = ${user} and seq <= (select floor_seq from posted_meta) limit 1`.execute(reads);
      if (rows.length > 0) {
        await sql`
          delete from posted_key
          where user_id = ${user} and seq <= (select floor_seq from posted_meta)`.execute(writes);
      }
      await trimKeys(user, max);
    },
  };
}
