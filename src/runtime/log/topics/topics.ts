import type { JoinedTopics } from '../engine.ts';
import { isSent, type LogEvent, type MembershipEvent, type SentMessage } from '../event.ts';
import { MembershipIndex } from './membership-index.ts';

/** Whose events a subscription gets: everyone's, or those of the topics that its user has joined. */
export type Audience = 'everyone' | 'topic';

export interface TopicsOptions<Member> {
  /** The topics that a user has joined, at least as recent as the last event that was applied. */
  topicsOf(user: string): Promise<JoinedTopics>;
  /** Called for each message that can be sent, with those who get it, if there are any. */
  deliver(event: SentMessage, members: readonly Member[]): void;
}

/** The subscription of one member to a channel of the log, from before it joins until it ends. */
export interface Subscription<Member> {
  readonly channel: string;
  /** Null for a subscription to everyone. */
  readonly user: SubscribedUser<Member> | null;
  member: Member | null;
}

/** A user with subscriptions: the topics are loaded and kept once per user. */
interface SubscribedUser<Member> {
  readonly id: string;
  subscriptions: number;
  /** Those with a member. Replaced on each change: nearly every user has one. */
  joined: readonly Subscription<Member>[];
  /** In the index; null until the topics are loaded, and after the last subscription has ended. */
  number: number | null;
  /** Null once the topics are loaded. */
  loading: Promise<void> | null;
  /** Changes applied since the current load began; null while nothing is loading. */
  changesWhileLoading: MembershipEvent[] | null;
}

/** Users whose topics are reloaded at the same time. */
const reloadBatch = 100;

/** The members of a channel that are subscribed to everyone. */
interface Everyone<Member> {
  readonly members: Set<Member>;
  /** The same as an array, rebuilt at the first message after a change. */
  array: readonly Member[] | null;
}

/**
 * Decides which members, such as connections, get a message. Of those subscribed to its channel, these are those
 * subscribed to everyone, those whose user has joined the message's topic, and those whose user is in its `also`. It
 * applies every event in log order, so that each message is decided by the memberships at its place in the log, on
 * every node alike.
 */
export class Topics<Member> {
  readonly #options: TopicsOptions<Member>;
  /** By channel. */
  readonly #everyone = new Map<string, Everyone<Member>>();
  readonly #users = new Map<string, SubscribedUser<Member>>();
  readonly #index = new MembershipIndex<SubscribedUser<Member>>();

  constructor(options: TopicsOptions<Member>) {
    this.#options = options;
  }

  /** Loads the user's topics if necessary. The caller must end the subscription, even if no member joins. */
  async subscribe(id: string, channel: string, audience: Audience): Promise<Subscription<Member>> {
    if (audience === 'everyone') return { channel, user: null, member: null };
    const user = this.#users.get(id) ?? this.#add(id);
    user.subscriptions += 1;
    try {
      await user.loading;
    } catch (thrown) {
      this.#release(user);
      throw thrown;
    }
    return { channel, user, member: null };
  }

  /** From now on `member` receives the messages of the subscription. */
  join(subscription: Subscription<Member>, member: Member): void {
    const { channel, user } = subscription;
    subscription.member = member;
    if (user !== null) {
      // A spread array reserves space for more, which hardly any user has.
      user.joined = user.joined.length === 0 ? [subscription] : [...user.joined, subscription];
      return;
    }
    const everyone = this.#everyone.get(channel);
    if (everyone === undefined) {
      this.#everyone.set(channel, { members: new Set([member]), array: null });
      return;
    }
    everyone.members.add(member);
    everyone.array = null;
  }

  end(subscription: Subscription<Member>): void {
    const { channel, user, member } = subscription;
    if (user !== null) {
      user.joined = user.joined.filter((each) => each !== subscription);
      this.#release(user);
      return;
    }
    const everyone = this.#everyone.get(channel);
    if (member === null || everyone === undefined) return;
    everyone.members.delete(member);
    everyone.array = null;
    if (everyone.members.size === 0) this.#everyone.delete(channel);
  }

  /** Whether the subscription may see a message of the past, by today's memberships. */
  canSee(
    { user }: Subscription<Member>,
    { topic, seq, also }: Pick<SentMessage, 'topic' | 'seq' | 'also'>,
  ): boolean {
    if (user === null) return true;
    if (user.number === null) return false;
    return this.#hasJoinedBefore(user.number, topic, seq) || also.includes(user.id);
  }

  /** Whether the subscription's user left a topic with this event and has joined it again since. */
  hasRejoined({ user }: Subscription<Member>, { user: id, topic, seq }: MembershipEvent): boolean {
    if (user === null || user.number === null || user.id !== id) return false;
    return (this.#index.sinceSeq(user.number, topic) ?? 0) > seq;
  }

  /**
   * Reloads everybody's topics, because the events that changed them may have been missed. Rejects if
   * `topicsOf` does.
   */
  async reload(): Promise<void> {
    const users = [...this.#users.values()];
    for (let start = 0; start < users.length; start += reloadBatch) {
      const batch = users.slice(start, start + reloadBatch);
      await Promise.all(batch.map((user) => this.#reload(user)));
    }
  }

  /** Must be called for every event, in log order. */
  apply(event: LogEvent): void {
    if (event.kind === 'join' || event.kind === 'leave') {
      const user = this.#users.get(event.user);
      if (user === undefined) return;
      user.changesWhileLoading?.push(event);
      if (user.number !== null) this.#change(user.number, event);
    } else if (isSent(event)) {
      this.#deliver(event);
    }
  }

  /** The memberships may be more recent than the message: those who joined after it do not get it. */
  #deliver(message: SentMessage): void {
    const { channel, topic, seq, also } = message;
    const joined: Member[] = [];
    const addMembers = (user: SubscribedUser<Member>): void => {
      for (const { channel: subscribed, member } of user.joined) {
        if (subscribed === channel && member !== null) joined.push(member);
      }
    };
    this.#index.forEachUser(topic, seq, addMembers);
    for (const id of also.length === 0 ? also : new Set(also)) {
      const user = this.#users.get(id);
      if (user === undefined || user.number === null) continue;
      if (!this.#hasJoinedBefore(user.number, topic, seq)) addMembers(user);
    }
    const everyone = this.#everyoneOf(channel);
    const members = joined.length === 0 ? everyone : everyone.concat(joined);
    if (members.length > 0) this.#options.deliver(message, members);
  }

  #everyoneOf(channel: string): readonly Member[] {
    const everyone = this.#everyone.get(channel);
    if (everyone === undefined) return [];
    everyone.array ??= [...everyone.members];
    return everyone.array;
  }

  #hasJoinedBefore(number: number, topic: string, seq: number): boolean {
    return (this.#index.sinceSeq(number, topic) ?? seq) < seq;
  }

  #add(id: string): SubscribedUser<Member> {
    const user: SubscribedUser<Member> = {
      id,
      subscriptions: 0,
      joined: [],
      number: null,
      loading: null,
      changesWhileLoading: null,
    };
    this.#users.set(id, user);
    user.loading = this.#load(user).then(() => {
      user.loading = null;
    });
    return user;
  }

  async #reload(user: SubscribedUser<Member>): Promise<void> {
    // Its rejection has been reported to the subscriber.
    await user.loading?.catch(() => {});
    if (user.number !== null) await this.#load(user);
  }

  async #load(user: SubscribedUser<Member>): Promise<void> {
    const changes: MembershipEvent[] = [];
    user.changesWhileLoading = changes;
    try {
      const topics = await this.#options.topicsOf(user.id);
      const isCurrent = user.subscriptions > 0 && user.changesWhileLoading === changes;
      if (isCurrent) this.#replace(user, topics, changes);
    } finally {
      // Otherwise a newer load has begun.
      if (user.changesWhileLoading === changes) user.changesWhileLoading = null;
    }
  }

  #replace(
    user: SubscribedUser<Member>,
    { topics, sinceSeqs }: JoinedTopics,
    changes: readonly MembershipEvent[],
  ): void {
    if (user.number !== null) this.#index.remove(user.number);
    const number = this.#index.add(user);
    user.number = number;
    topics.forEach((topic, index) => {
      this.#index.join(number, topic, sinceSeqs[index] ?? 0);
    });
    // The loaded topics may already include these; either way, the last change of each topic decides.
    for (const event of changes) this.#change(number, event);
  }

  #change(number: number, { kind, topic, seq }: MembershipEvent): void {
    if (kind === 'join') this.#index.join(number, topic, seq);
    else this.#index.leave(number, topic);
  }

  #release(user: SubscribedUser<Member>): void {
    user.subscriptions -= 1;
    if (user.subscriptions > 0) return;
    if (this.#users.get(user.id) === user) this.#users.delete(user.id);
    if (user.number !== null) this.#index.remove(user.number);
    user.number = null;
  }
}
