import { randomUUID } from 'node:crypto';
import type { FeedEvent } from '../../../../src/feed-server/store/event.ts';
import type { PostDraft, Store, UserRecord } from '../../../../src/feed-server/store/store.ts';

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
