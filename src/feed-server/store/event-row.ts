import type { FeedEvent } from './event.ts';
import type { Tables } from './tables.ts';

/** An event as it is stored, with the text of its post. */
export type EventRow = Tables['event'] & { readonly text: string | null };

interface FriendPayload {
  readonly friend: string;
}

/** The payload of a friend event. */
export function friendPayload(friend: string): string {
  return JSON.stringify({ friend } satisfies FriendPayload);
}

export function toEvent(row: EventRow): FeedEvent {
  const { kind, seq, created_at: createdAtMs, author } = row;
  if (kind === 'post')
    return { kind, seq, createdAtMs, author, postId: stored(row.post_id, seq), text: row.text };
  const { friend } = JSON.parse(stored(row.payload, seq)) as FriendPayload;
  return { kind, seq, createdAtMs, user: author, friend };
}

function stored(value: string | null, seq: number): string {
  if (value === null) throw new Error(`event ${seq} is incomplete`);
  return value;
}
