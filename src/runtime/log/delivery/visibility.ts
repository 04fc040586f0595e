import type { MembershipEvent, SentMessage } from '../event.ts';

/** What a connection may see of the past, by today's memberships. */
export interface Visibility {
  canSee(message: SentMessage): boolean;
  /** Whether the user left a topic with this event and has joined it again since. */
  hasRejoined(leave: MembershipEvent): boolean;
}
