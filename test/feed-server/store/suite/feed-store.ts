import { randomUUID } from 'node:crypto';
import type { FeedPage, FeedRange } from '../../../../src/feed-server/store/feed-page.ts';
import type { FeedQueries } from '../../../../src/feed-server/store/feed-queries.ts';
import type { FeedWrites } from '../../../../src/feed-server/store/feed-writes.ts';
import { nameKey } from '../../../../src/feed-server/store/name-key.ts';
import type { UserPage, UserRecord, UserSearch } from '../../../../src/feed-server/store/search-users.ts';
import type { EventLog } from '../../../../src/runtime/log/event-log.ts';
import type { LogTables } from '../../../../src/runtime/log/tables.ts';

/** The feed's tables in a new database, which is deleted after the test. */
export interface FeedStore {
  readonly log: Pick<EventLog, 'join' | 'leave' | 'reads'>;
  readonly queries: FeedQueries;
  readonly writes: FeedWrites;
}

export type OpenFeedStore = () => Promise<FeedStore>;

export interface PostRow {
  readonly id: string;
  readonly author: string;
  readonly text: string;
}

export function post(parts: Partial<PostRow> = {}): PostRow {
  return { id: randomUUID(), author: randomUUID(), text: 'a text', ...parts };
}

export function user(parts: Partial<UserRecord> = {}): UserRecord {
  return {
    id: randomUUID(),
    firstName: 'Ada',
    secondName: 'Lovelace',
    birthdate: null,
    biography: null,
    city: null,
    ...parts,
  };
}

export async function register(
  { writes }: FeedStore,
  record: UserRecord,
  passwordHash: string,
): Promise<void> {
  const { id, firstName, secondName, birthdate, biography, city } = record;
  await writes.registerUser({
    id,
    first_name: firstName,
    second_name: secondName,
    first_name_key: nameKey(firstName),
    second_name_key: nameKey(secondName),
    birthdate,
    biography,
    city,
    password_hash: passwordHash,
  });
}

/** The kinds and payloads of the log, oldest first. */
export async function readLog({
  log,
}: FeedStore): Promise<readonly (readonly [kind: string, payload: unknown])[]> {
  const rows = await log
    .reads<LogTables>()
    .selectFrom('posted_event')
    .select(['kind', 'payload'])
    .orderBy('seq')
    .execute();
  return rows.map(({ kind, payload }) => [kind, payload === null ? null : JSON.parse(payload)]);
}

/** Searches for users with both prefixes: by default all of them on one page. */
export function search(
  { queries }: FeedStore,
  firstNamePrefix: string,
  secondNamePrefix: string,
  parts: Partial<UserSearch> = {},
): Promise<UserPage> {
  const defaults = { after: null, limit: 1000, maxBytes: 1_000_000 };
  return queries.searchUsers({ firstNamePrefix, secondNamePrefix, ...defaults, ...parts });
}

/** Reads a user's feed: by default all posts on one page. */
export function feed(
  { queries }: FeedStore,
  reader: string,
  parts: Partial<FeedRange> = {},
): Promise<FeedPage> {
  const defaults = { belowSeq: null, offset: 0, limit: 1000, maxBytes: 1_000_000 };
  return queries.feedOf({ user: reader, ...defaults, ...parts });
}

/** 1 to `count`. */
export function countTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
