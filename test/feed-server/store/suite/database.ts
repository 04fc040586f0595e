import { randomUUID } from 'node:crypto';
import type { FeedEvent } from '../../../../src/feed-server/store/event.ts';
import type {
  FeedPage,
  FeedRange,
  PostDraft,
  Store,
  UserPage,
  UserRecord,
  UserSearch,
} from '../../../../src/feed-server/store/store.ts';

/** A new database for one test, deleted after it. */
export interface TestDatabase {
  /** Opens a store on the database. It is closed at the end of the test at the latest. */
  open(options?: { readonly maxPending?: number }): Promise<Store>;
}

export type CreateDatabase = () => Promise<TestDatabase>;

export function draft(parts: Partial<PostDraft> = {}): PostDraft {
  return {
    postId: randomUUID(),
    author: randomUUID(),
    text: 'a text',
    createdAtMs: 1_795_000_000_000,
    ...parts,
  };
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

/** Searches for users with both prefixes: by default all of them on one page. */
export function search(
  store: Store,
  firstNamePrefix: string,
  secondNamePrefix: string,
  parts: Partial<UserSearch> = {},
): Promise<UserPage> {
  const defaults = { after: null, limit: 1000, maxBytes: 1_000_000 };
  return store.searchUsers({ firstNamePrefix, secondNamePrefix, ...defaults, ...parts });
}

/** Reads a user's feed: by default all posts on one page. */
export function feed(store: Store, reader: string, parts: Partial<FeedRange> = {}): Promise<FeedPage> {
  return store.feedOf({
    user: reader,
    belowSeq: null,
    offset: 0,
    limit: 1000,
    maxBytes: 1_000_000,
    ...parts,
  });
}

/** All events, read in pages as a subscriber would. */
export async function readLog(store: Store, pageSize = 500): Promise<readonly FeedEvent[]> {
  const events: FeedEvent[] = [];
  for (;;) {
    const page = await store.eventsAfter(events.at(-1)?.seq ?? 0, pageSize);
    events.push(...page);
    if (page.length < pageSize) return events;
  }
}

/** 1 to `count`. */
export function countTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
