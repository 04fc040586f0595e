import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Cursor } from './cursor.ts';
import type { ClaimedDevice, Device, DeviceClaim, DeviceCursor, LogEngine } from './engine.ts';
import type { LogTables } from './tables.ts';

/** The operations on devices, whose statements are almost the same in every engine. */
export interface DeviceQueries
  extends Pick<
    LogEngine,
    'findDeviceCursor' | 'findDeviceHolder' | 'saveDeviceCursors' | 'devicesClaimedAfter'
  > {
  /** `claimDevice` for several, in one statement and in the same order. No two claims may be of the same device. */
  claimDevices(claims: readonly DeviceClaim[]): Promise<readonly (ClaimedDevice | null)[]>;
}

export interface DeviceQueryConnections {
  readonly reads: Kysely<LogTables>;
  readonly writes: Kysely<LogTables>;
  /**
   * SQL for a common table expression `item` with the columns of `ClaimRow`, made of a JSON array of them, and the column
   * `fence`: higher than all fences that are visible to anybody before the statement has ended, and ascending.
   */
  readonly claimItems: (rows: string, count: number) => RawBuilder<unknown>;
}

/** A claim as a row of `item`. The columns of its cursor are null if it has none. */
interface ClaimRow {
  readonly user_id: string;
  readonly device: string;
  readonly instance: string;
  readonly attempt: number;
  readonly epoch: string | null;
  readonly seq: number | null;
  readonly mark: number | null;
  readonly replaces: number | null;
}

interface ClaimedRow {
  readonly user_id: string;
  readonly device: string;
  readonly epoch: string;
  readonly seq: number;
  readonly mark: number;
  readonly fence: number;
  readonly first_fence: number | null;
}

/** Rows per statement: engines limit the number of parameters. */
const cursorBatch = 500;

export function createDeviceQueries({ reads, writes, claimItems }: DeviceQueryConnections): DeviceQueries {
  return {
    async findDeviceCursor(user, device) {
      const row = await reads
        .selectFrom('posted_device')
        .select(['epoch', 'seq', 'mark'])
        .where('user_id', '=', user)
        .where('device', '=', device)
        .executeTakeFirst();
      return row ?? null;
    },

    async findDeviceHolder(user, device) {
      const row = await reads
        .selectFrom('posted_device')
        .select(['fence', 'instance', 'attempt'])
        .where('user_id', '=', user)
        .where('device', '=', device)
        .where('fence', '>', 0)
        .executeTakeFirst();
      return row === undefined ? null : { ...row, instance: row.instance ?? '', attempt: row.attempt ?? 0 };
    },

    async saveDeviceCursors(saved) {
      // A row may get a cursor of each kind, which one statement cannot do on PostgreSQL.
      const kinds = [
        saved.filter(({ fence }) => fence === null),
        saved.filter(({ fence }) => fence !== null),
      ];
      for (const cursors of kinds.map(newestPerDevice)) {
        for (let start = 0; start < cursors.length; start += cursorBatch) {
          await saveBatch(writes, cursors.slice(start, start + cursorBatch));
        }
      }
    },

    async claimDevices(claims) {
      const rows = claims.toSorted(byDevice).map(toClaimRow);
      const { rows: claimed } = await sql<ClaimedRow>`
        with ${claimItems(JSON.stringify(rows), rows.length)}
        insert into posted_device
          (user_id, device, epoch, seq, mark, fence, first_fence, instance, attempt)
        select user_id, device,
          coalesce(item.epoch, posted_meta.epoch),
          case when item.epoch is null then posted_head.seq else item.seq end,
          case when item.epoch is null
            then coalesce((select mark from posted_event where seq = posted_head.seq), floor_mark)
            else item.mark
          end,
          fence, fence, instance, attempt
        from item, posted_meta, posted_head where true
        order by fence
        on conflict (user_id, device) do update
        set fence = excluded.fence, instance = excluded.instance, attempt = excluded.attempt
        where case when posted_device.instance is distinct from excluded.instance
          then posted_device.fence = (
            select coalesce(item.replaces, posted_device.fence) from item
            where item.user_id = posted_device.user_id and item.device = posted_device.device
          )
          else posted_device.attempt <= excluded.attempt
        end
        returning user_id, device, epoch, seq, mark, fence, first_fence`.execute(writes);
      const byKey = new Map(
        claimed.map((row) => [deviceKey({ user: row.user_id, device: row.device }), row]),
      );
      return claims.map((claim) => toClaimed(byKey.get(deviceKey(claim))));
    },

    async devicesClaimedAfter(fence, limit) {
      const rows = await reads
        .selectFrom('posted_device')
        .select(['user_id', 'device', 'fence'])
        .where('fence', '>', fence)
        // As in the index, which contains nothing else.
        .where(sql<boolean>`fence > 0`)
        .orderBy('fence')
        .limit(limit)
        .execute();
      return rows.map(({ user_id, ...row }) => ({ user: user_id, ...row }));
    },
  };
}

/** A text that no two devices have in common. */
export function deviceKey({ user, device }: Device): string {
  return JSON.stringify([user, device]);
}

async function saveBatch(writes: Kysely<LogTables>, cursors: readonly DeviceCursor[]): Promise<void> {
  await writes
    .insertInto('posted_device')
    .values(cursors.map(({ user, fence, ...cursor }) => ({ user_id: user, fence: fence ?? 0, ...cursor })))
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'device'])
        .doUpdateSet((build) => ({
          epoch: build.ref('excluded.epoch'),
          seq: build.ref('excluded.seq'),
          mark: build.ref('excluded.mark'),
        }))
        .where((where) =>
          where.and([
            where.or([
              where('excluded.epoch', '!=', where.ref('posted_device.epoch')),
              where('excluded.seq', '>', where.ref('posted_device.seq')),
            ]),
            where.or([
              where('excluded.fence', '=', 0),
              where('excluded.fence', '=', where.ref('posted_device.fence')),
            ]),
          ]),
        ),
    )
    .execute();
}

/** In the order of their devices: two nodes that lock the same rows in another order would block each other. */
function newestPerDevice(cursors: readonly DeviceCursor[]): readonly DeviceCursor[] {
  const newest = new Map<string, DeviceCursor>();
  for (const cursor of cursors) {
    const key = deviceKey(cursor);
    if (isNewer(cursor, newest.get(key))) newest.set(key, cursor);
  }
  return [...newest.values()].toSorted(byDevice);
}

/** Whether a cursor replaces an earlier one of its device. The holder of a lower fence has lost the device. */
export function isNewer(cursor: Fenced, previous: Fenced | undefined): boolean {
  if (previous === undefined) return true;
  const [fence, before] = [cursor.fence ?? 0, previous.fence ?? 0];
  if (fence !== before) return fence > before;
  return cursor.epoch !== previous.epoch || cursor.seq > previous.seq;
}

type Fenced = Cursor & Pick<DeviceCursor, 'fence'>;

function byDevice(one: Device, other: Device): number {
  const [key, otherKey] = [deviceKey(one), deviceKey(other)];
  if (key === otherKey) return 0;
  return key < otherKey ? -1 : 1;
}

function toClaimRow({ user, device, instance, attempt, cursor, replaces }: DeviceClaim): ClaimRow {
  const { epoch, seq, mark } = cursor ?? { epoch: null, seq: null, mark: null };
  return { user_id: user, device, instance, attempt, epoch, seq, mark, replaces };
}

function toClaimed(row: ClaimedRow | undefined): ClaimedDevice | null {
  if (row === undefined) return null;
  const { epoch, seq, mark, fence, first_fence } = row;
  return { epoch, seq, mark, fence, isNew: first_fence === fence };
}
