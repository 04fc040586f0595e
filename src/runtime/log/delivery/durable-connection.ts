import type { Connection } from '../../server/handlers.ts';
import type { MembershipEvent, SentMessage } from '../event.ts';
import type { Subscription, Topics } from '../topics/topics.ts';
import type { StartPosition } from './find-start.ts';
import type { Selection } from './selection.ts';
import type { Subscriber } from './subscriber.ts';
import type { Visibility } from './visibility.ts';

/** A connection to a channel with durable messages, and which of them it gets. */
export class DurableConnection implements Visibility {
  readonly connection: Connection;
  /** Null for a plain connection. */
  readonly start: StartPosition | null;
  /** Null for a plain connection, and until the connection is open. */
  subscriber: Subscriber | null = null;
  readonly subscription: Subscription<DurableConnection>;
  /** The groups of messages that it has chosen. */
  readonly groups: number;
  readonly #deps: VisibilityDeps;

  constructor(
    deps: VisibilityDeps,
    {
      connection,
      start,
      subscription,
      groups,
    }: Pick<DurableConnection, 'connection' | 'start' | 'subscription' | 'groups'>,
  ) {
    this.#deps = deps;
    this.connection = connection;
    this.start = start;
    this.subscription = subscription;
    this.groups = groups;
  }

  canSee(message: SentMessage): boolean {
    const { topics, selection } = this.#deps;
    return (
      message.channel === this.subscription.channel &&
      (selection.groupsOf(message.message) & this.groups) !== 0 &&
      topics.canSee(this.subscription, message)
    );
  }

  hasRejoined(leave: MembershipEvent): boolean {
    return this.#deps.topics.hasRejoined(this.subscription, leave);
  }
}

/** What the connections of a channel share. */
export interface VisibilityDeps {
  readonly topics: Topics<DurableConnection>;
  readonly selection: Selection;
}
