import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { PostedError } from 'posted/server';
import type { FeedTables } from './feed-tables.ts';
import { nameKey } from './name-key.ts';

export interface UserRecord {
  readonly id: string;
  readonly firstName: string;
  readonly secondName: string;
  readonly birthdate: string | null;
  readonly biography: string | null;
  readonly city: string | null;
}

/** A user whom a search finds: without the biography, which may be long. */
export type FoundUser = Omit<UserRecord, 'biography'>;

export interface UserSearch {
  readonly firstNamePrefix: string;
  readonly secondNamePrefix: string;
  /** `next` of the previous page; null for the first. */
  readonly after: string | null;
  readonly limit: number;
  /** The page ends with the user whose texts exceed this, in bytes of UTF-8. */
  readonly maxBytes: number;
}

export interface UserPage {
  readonly users: readonly FoundUser[];
  /** The id of the last user examined; null on the last page. */
  readonly next: string | null;
}

export interface ReadOptions {
  /** A read whose signal has aborted before its turn never runs, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** An entry of the index `app_user_name_keys`, which has this order. */
interface NameKey {
  readonly firstName: string;
  readonly secondName: string;
  readonly id: string;
}

/** The prefixes that a search compares with, and the range of second names that it skips to. */
interface NameRanges {
  readonly first: Range;
  readonly second: Range;
}

interface Range {
  readonly start: string;
  /** Exclusive. */
  readonly end: string;
}

/** Greater than any name key, whose length is limited. */
const greatestName = '\u{10ffff}'.repeat(201);

/**
 * The most index entries that a search examines, which bound its work, and the number of a step. Once skipping has
 * gained nothing for some steps, because each saw several first names, larger ones save round trips.
 */
const maxEntries = 10_000;
const stepEntries = 1000;
const largeStepEntries = 4000;
const stepsBeforeLarge = 2;

const foundColumns = [
  'app_user.id',
  'first_name as firstName',
  'second_name as secondName',
  'birthdate',
  'city',
] as const;

export const userColumns = [...foundColumns, 'biography'] as const;

/** Null in no row that a search examines. */
const keyColumns = [sql<string>`first_name_key`.as('firstKey'), sql<string>`second_name_key`.as('secondKey')];

/**
 * Searches in steps, each of which examines a bounded part of the index and then skips the second names up to the next
 * ones that can match. So few users with a common first name are found without reading all who have it.
 *
 * @throws PostedError `not_found` if `after` is not a user
 */
export async function searchUsers(
  db: Kysely<FeedTables>,
  { firstNamePrefix, secondNamePrefix, after, limit, maxBytes }: UserSearch,
  options: ReadOptions = {},
): Promise<UserPage> {
  const ranges = { first: rangeOf(nameKey(firstNamePrefix)), second: rangeOf(nameKey(secondNamePrefix)) };
  const users: FoundUser[] = [];
  let bytes = 0;
  let last = after === null ? null : await findKey(db, after, options);
  let stepsInVain = 0;
  for (let examined = 0; examined < maxEntries; ) {
    const from = nextKey(last, ranges);
    const wanted = stepsInVain < stepsBeforeLarge ? stepEntries : largeStepEntries;
    const entries = Math.min(wanted, maxEntries - examined);
    const rest = { limit: limit - users.length, maxBytes: maxBytes - bytes };
    const step = await readStep(db, { from, entries, ranges, ...rest }, options);
    users.push(...step.users);
    bytes += step.users.reduce((sum, user) => sum + bytesOf(user), 0);
    const lastFound = users.at(-1);
    if (lastFound !== undefined && (users.length >= limit || bytes >= maxBytes)) {
      return { users, next: lastFound.id };
    }
    if (step.last === null) return { users, next: null };
    last = step.last;
    stepsInVain = last.firstName === from.firstName ? 0 : stepsInVain + 1;
    examined += entries;
  }
  return { users, next: last?.id ?? null };
}

async function findKey(db: Kysely<FeedTables>, id: string, options: ReadOptions): Promise<NameKey> {
  const query = db
    .selectFrom('app_user')
    .select(['first_name', 'second_name', 'first_name_key', 'second_name_key'])
    .where('id', '=', id);
  const key = await query.executeTakeFirst(options);
  if (key !== undefined) {
    return {
      firstName: key.first_name_key ?? nameKey(key.first_name),
      secondName: key.second_name_key ?? nameKey(key.second_name),
      id,
    };
  }
  throw new PostedError('not_found', '`after` must come from the `Link` header of the previous page.');
}

/** The key after which the next match may be. */
function nextKey(last: NameKey | null, { first, second }: NameRanges): NameKey {
  const start = { firstName: first.start, secondName: second.start, id: '' };
  if (last === null || compare(last.firstName, first.start) < 0) return start;
  const { firstName } = last;
  if (compare(last.secondName, second.start) < 0) return { ...start, firstName };
  if (compare(last.secondName, second.end) < 0) return last;
  // The next first name: stored strings do not contain U+0000.
  return { firstName: `${firstName}\u0001`, secondName: '', id: '' };
}

interface StepRange {
  readonly from: NameKey;
  /** The number of index entries. */
  readonly entries: number;
  readonly ranges: NameRanges;
  readonly limit: number;
  /** A page ends with the user that exceeds it. */
  readonly maxBytes: number;
}

interface Step {
  /** Those who match. */
  readonly users: readonly FoundUser[];
  /** The last one examined; null if the step reaches the end of the range. */
  readonly last: NameKey | null;
}

/** Reads a step in one statement. Long texts beyond `maxBytes` are not read, only their lengths. */
async function readStep(
  db: Kysely<FeedTables>,
  { from, entries, ranges: { first, second }, limit, maxBytes }: StepRange,
  options: ReadOptions,
): Promise<Step> {
  const end = { firstName: first.end, secondName: '', id: '' };
  const matches = db
    .selectFrom('app_user')
    .select(['id as match_id', bytesBefore.as('bytes_before')])
    .where(compareKey('>', from))
    .where(compareKey('<=', lastKey(end)))
    .where('second_name_key', '>=', second.start)
    .where('second_name_key', '<', second.end)
    .orderBy('first_name_key')
    .orderBy('second_name_key')
    .orderBy('id')
    .limit(limit);
  const rows = await db
    .with(
      (cte) => cte('last_entry').materialized(),
      () =>
        db
          .selectFrom('app_user')
          .select(['id', 'first_name_key', 'second_name_key'])
          .where(compareKey('>', from))
          .where('first_name_key', '<', first.end)
          .orderBy('first_name_key')
          .orderBy('second_name_key')
          .orderBy('id')
          .limit(1)
          .offset(entries - 1),
    )
    .selectFrom(matches.as('match'))
    .innerJoin('app_user', 'app_user.id', 'match.match_id')
    .select(foundColumns)
    .select(keyColumns)
    .select(sql.lit(0).as('isLast'))
    .where('match.bytes_before', '<', maxBytes)
    .unionAll(
      db
        .withTables<{
          last_entry: Pick<FeedTables['app_user'], 'id' | 'first_name_key' | 'second_name_key'>;
        }>()
        .selectFrom('last_entry')
        .select('id')
        .select([
          sql<string>`''`.as('firstName'),
          sql<string>`''`.as('secondName'),
          sql<null>`null`.as('birthdate'),
          sql<null>`null`.as('city'),
        ])
        .select(keyColumns)
        .select(sql.lit(1).as('isLast')),
    )
    .orderBy('isLast')
    .orderBy('firstKey')
    .orderBy('secondKey')
    .orderBy('id')
    .execute(options);
  const users: FoundUser[] = [];
  let last: NameKey | null = null;
  for (const { isLast, firstKey, secondKey, ...user } of rows) {
    if (isLast === 1) last = { firstName: firstKey, secondName: secondKey, id: user.id };
    else users.push(user);
  }
  return { users, last };
}

const size = sql<number>`(octet_length(first_name) + octet_length(second_name) + coalesce(octet_length(city), 0))`;
const bytesBefore = sql<number>`sum(${size}) over (order by first_name_key, second_name_key, id) - ${size}`;

function bytesOf({ firstName, secondName, city }: FoundUser): number {
  return Buffer.byteLength(`${firstName}${secondName}${city ?? ''}`);
}

function compareKey(operator: '>' | '<=', { firstName, secondName, id }: Values<NameKey>) {
  return sql<SqlBool>`(first_name_key, second_name_key, id) ${sql.raw(operator)} (${firstName}, ${secondName}, ${id})`;
}

/** The key of `last_entry`, if there is one. */
function lastKey({ firstName, secondName, id }: NameKey): Values<NameKey> {
  return {
    firstName: lastOr('first_name_key', firstName),
    secondName: lastOr('second_name_key', secondName),
    id: lastOr('id', id),
  };
}

/** With a subquery for each column, the index can be used. */
function lastOr(column: string, otherwise: string): RawBuilder<string> {
  return sql`coalesce((select ${sql.ref(column)} from last_entry), ${otherwise})`;
}

/** Values, or SQL for them. */
type Values<Row> = { readonly [Name in keyof Row]: Row[Name] | RawBuilder<Row[Name]> };

/** By code point, as the engines do. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The strings that start with a prefix. Unlike LIKE, a range needs no escapes, and every engine uses an index for it. */
function rangeOf(prefix: string): Range {
  return { start: prefix, end: prefixEnd(prefix) ?? greatestName };
}

/**
 * The exclusive upper bound of the strings that start with `prefix`, in code point order; null
 * for a prefix without one.
 */
export function prefixEnd(prefix: string): string | null {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (codePoints.at(-1) === 0x10ffff) codePoints.pop();
  const last = codePoints.pop();
  if (last === undefined) return null;
  // Stored strings contain no lone surrogates.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...codePoints, next);
}
