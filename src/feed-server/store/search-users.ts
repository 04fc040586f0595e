import { type Kysely, type SqlBool, sql } from 'kysely';
import { PostedError } from 'posted/server';
import type { FeedTables } from './feed-tables.ts';

export interface UserRecord {
  readonly id: string;
  readonly firstName: string;
  readonly secondName: string;
  readonly birthdate: string | null;
  readonly biography: string | null;
  readonly city: string | null;
}

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
  readonly users: readonly UserRecord[];
  /** The id of the last user examined; null on the last page. */
  readonly next: string | null;
}

export interface ReadOptions {
  /** A read whose signal has aborted before its turn never runs, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** An entry of the index `app_user_search`, which has this order. */
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
  /** Exclusive; null for no limit. */
  readonly end: string | null;
}

/** The most index entries that a step examines, and the most steps of a search: together they bound its work. */
const stepEntries = 1000;
const maxSteps = 10;

export const userColumns = [
  'id',
  'first_name as firstName',
  'second_name as secondName',
  'birthdate',
  'biography',
  'city',
] as const;

/**
 * Searches in steps, each of which examines a bounded part of the index and then skips the second names up to the next
 * ones that can match. So few users with a common first name are found without reading all who have it.
 *
 * @throws PostedError `invalid_request` if `after` is not a user
 */
export async function searchUsers(
  db: Kysely<FeedTables>,
  { firstNamePrefix, secondNamePrefix, after, limit, maxBytes }: UserSearch,
  options: ReadOptions = {},
): Promise<UserPage> {
  const ranges = { first: rangeOf(firstNamePrefix), second: rangeOf(secondNamePrefix) };
  const users: UserRecord[] = [];
  let bytes = 0;
  let last = after === null ? null : await findKey(db, after, options);
  for (let step = 0; step < maxSteps; step += 1) {
    const from = nextKey(last, ranges);
    const to = await keyAfter(db, from, ranges.first, options);
    const rest = { limit: limit - users.length, maxBytes: maxBytes - bytes };
    const page = await matches(db, { from, to, ranges, ...rest }, options);
    users.push(...page);
    bytes += page.reduce((sum, user) => sum + bytesOf(user), 0);
    const lastFound = users.at(-1);
    if (lastFound !== undefined && (users.length >= limit || bytes >= maxBytes)) {
      return { users, next: lastFound.id };
    }
    if (to === null) return { users, next: null };
    last = to;
  }
  return { users, next: last?.id ?? null };
}

async function findKey(db: Kysely<FeedTables>, id: string, options: ReadOptions): Promise<NameKey> {
  const query = db.selectFrom('app_user').select(keyColumns).where('id', '=', id);
  const key = await query.executeTakeFirst(options);
  if (key !== undefined) return key;
  throw new PostedError('invalid_request', '`after` must come from the `Link` header of the previous page.');
}

const keyColumns = ['first_name as firstName', 'second_name as secondName', 'id'] as const;

/** The key after which the next match may be. */
function nextKey(last: NameKey | null, { first, second }: NameRanges): NameKey {
  const start = { firstName: first.start, secondName: second.start, id: '' };
  if (last === null || compare(last.firstName, first.start) < 0) return start;
  const { firstName } = last;
  if (compare(last.secondName, second.start) < 0) return { ...start, firstName };
  if (second.end === null || compare(last.secondName, second.end) < 0) return last;
  // The next first name: stored strings do not contain U+0000.
  return { firstName: `${firstName}\u0001`, secondName: '', id: '' };
}

/** The last key of a step that begins after `from`; null if the step reaches the end of the range. */
async function keyAfter(
  db: Kysely<FeedTables>,
  from: NameKey,
  first: Range,
  options: ReadOptions,
): Promise<NameKey | null> {
  const key = await db
    .selectFrom('app_user')
    .select(keyColumns)
    .where(compareKey('>', from))
    .$if(first.end !== null, (query) => query.where('first_name', '<', first.end))
    .orderBy('first_name')
    .orderBy('second_name')
    .orderBy('id')
    .limit(1)
    .offset(stepEntries - 1)
    .executeTakeFirst(options);
  return key ?? null;
}

interface Step {
  readonly from: NameKey;
  readonly to: NameKey | null;
  readonly ranges: NameRanges;
  readonly limit: number;
  /** A page ends with the user that exceeds it. */
  readonly maxBytes: number;
}

/** The users of a step who match. Long texts beyond `maxBytes` are not read, only their lengths. */
async function matches(
  db: Kysely<FeedTables>,
  { from, to, ranges: { first, second }, limit, maxBytes }: Step,
  options: ReadOptions,
): Promise<readonly UserRecord[]> {
  const sized = db
    .selectFrom('app_user')
    .select(['id as match_id', bytesBefore.as('bytes_before')])
    .where(compareKey('>', from))
    .$if(to !== null, (query) => query.where(compareKey('<=', to ?? from)))
    .$if(to === null && first.end !== null, (query) => query.where('first_name', '<', first.end))
    .where('second_name', '>=', second.start)
    .$if(second.end !== null, (query) => query.where('second_name', '<', second.end))
    .orderBy('first_name')
    .orderBy('second_name')
    .orderBy('id')
    .limit(limit);
  return await db
    .selectFrom(sized.as('match'))
    .innerJoin('app_user', 'app_user.id', 'match.match_id')
    .select(userColumns)
    .where('match.bytes_before', '<', maxBytes)
    .orderBy('first_name')
    .orderBy('second_name')
    .orderBy('id')
    .execute(options);
}

const size = sql<number>`(octet_length(first_name) + octet_length(second_name)
  + coalesce(octet_length(biography), 0) + coalesce(octet_length(city), 0))`;
const bytesBefore = sql<number>`sum(${size}) over (order by first_name, second_name, id) - ${size}`;

function bytesOf({ firstName, secondName, biography, city }: UserRecord): number {
  return Buffer.byteLength(`${firstName}${secondName}${biography ?? ''}${city ?? ''}`);
}

function compareKey(operator: '>' | '<=', { firstName, secondName, id }: NameKey) {
  return sql<SqlBool>`(first_name, second_name, id) ${sql.raw(operator)} (${firstName}, ${secondName}, ${id})`;
}

/** By code point, as the engines do. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The strings that start with a prefix. Unlike LIKE, a range needs no escapes and is case-sensitive everywhere. */
function rangeOf(prefix: string): Range {
  return { start: prefix, end: prefixEnd(prefix) };
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
