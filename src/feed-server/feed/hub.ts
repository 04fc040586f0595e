import { type SentMessage, type Subscription, Topics } from 'posted/log';
import { type FeedEvent, isLive, type LivePost } from '../store/event.ts';
import type { Friend } from '../store/store.ts';

export type { FeedEvent, Friend, LivePost, Subscription };

export type Audience = 'everyone' | 'friends';

export interface HubOptions<Member> {
  /** The friends of a user, at least as recent as the last event that was applied. */
  friendsOf(user: string): Promise<readonly Friend[]>;
  /** Called for each new post with its recipients, if there are any. */
  deliver(post: LivePost, members: readonly Member[]): void;
}

/** Decides which members get a post. A user has joined the topics of their friends, named by their ids. */
export class Hub<Member> {
  readonly #topics: Topics<Member>;
  /** The post that is being applied. */
  #post: LivePost | null = null;

  constructor(options: HubOptions<Member>) {
    this.#topics = new Topics({
      topicsOf: async (user) =>
        (await options.friendsOf(user)).map(({ id, sinceSeq }) => ({ topic: id, sinceSeq })),
      deliver: (_message, members) => {
        if (this.#post !== null) options.deliver(this.#post, members);
      },
    });
  }

  subscribe(user: string, audience: Audience): Promise<Subscription<Member>> {
    return this.#topics.subscribe(user, audience === 'friends' ? 'topic' : audience);
  }

  join(subscription: Subscription<Member>, member: Member): void {
    this.#topics.join(subscription, member);
  }

  end(subscription: Subscription<Member>): void {
    this.#topics.end(subscription);
  }

  canSee(subscription: Subscription<Member>, author: string, seq: number): boolean {
    return this.#topics.canSee(subscription, { topic: author, seq, also: [] });
  }

  reload(): Promise<void> {
    return this.#topics.reload();
  }

  apply(event: FeedEvent): void {
    const { seq, createdAtMs } = event;
    if (event.kind === 'post') {
      this.#post = isLive(event) ? event : null;
      if (this.#post !== null) this.#topics.apply(messageOf(this.#post));
      return;
    }
    const kind = event.kind === 'friend-set' ? 'join' : 'leave';
    this.#topics.apply({ seq, mark: 0, createdAtMs, kind, topic: event.friend, user: event.user });
  }
}

function messageOf({ seq, createdAtMs, author, postId, text }: LivePost): SentMessage {
  return {
    seq,
    mark: 0,
    createdAtMs,
    kind: 'message',
    channel: 'postFeedPosted',
    message: 'post',
    topic: author,
    also: [],
    entity: postId,
    payload: text,
    revises: null,
  };
}
