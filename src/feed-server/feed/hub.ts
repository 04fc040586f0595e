import { type FeedEvent, type FriendDeleted, type FriendSet, isLive, type LivePost } from '../store/event.ts';
import type { Friend } from '../store/store.ts';
import { FriendIndex } from './friend-index.ts';

export type { FeedEvent, Friend, LivePost };

export type Audience = 'everyone' | 'friends';

export interface HubOptions<Member> {
  /** The friends of a user, at least as recent as the last event that was applied. */
  friendsOf(user: string): Promise<readonly Friend[]>;
  /** Called for each new post with its recipients, if there are any. */
  deliver(post: LivePost, members: readonly Member[]): void;
}

/** The subscription of one member, from before it joins until it ends. */
export interface Subscription<Member> {
  /** Null for a subscription to everyone's posts. */
  readonly reader: Reader<Member> | null;
  member: Member | null;
}

/** A user with members in the hub: the friends are loaded and kept once per user. */
interface Reader<Member> {
  readonly user: string;
  subscriptions: number;
  /** Replaced on each change. Nearly every user has one member. */
  members: readonly Member[];
  /** In the index; null until the friends are loaded, and after the last subscription has ended. */
  number: number | null;
  /** Null once the friends are loaded. */
  loading: Promise<void> | null;
  /** Changes applied since the current load began; null while nothing is loading. */
  changesWhileLoading: FriendChange[] | null;
}

type FriendChange = FriendSet | FriendDeleted;

/** Users whose friends are reloaded at the same time. */
const reloadBatch = 100;

/**
 * Decides which members get a post: those subscribed to everyone, and those whose user has set the author
 * as a friend. It applies every event in log order, so that each post is decided by the friendships at its
 * place in the log, on every node alike. All user ids are lowercase UUIDs.
 */
export class Hub<Member> {
  readonly #options: HubOptions<Member>;
  readonly #everyone = new Set<Member>();
  /** `#everyone` as an array, rebuilt at the first post after a change. */
  #everyoneArray: readonly Member[] | null = null;
  readonly #readers = new Map<string, Reader<Member>>();
  readonly #index = new FriendIndex<Reader<Member>>();

  constructor(options: HubOptions<Member>) {
    this.#options = options;
  }

  /** Loads the user's friends if necessary. The caller must end the subscription, even if no member joins. */
  async subscribe(user: string, audience: Audience): Promise<Subscription<Member>> {
    if (audience === 'everyone') return { reader: null, member: null };
    const reader = this.#readers.get(user) ?? this.#add(user);
    reader.subscriptions += 1;
    try {
      await reader.loading;
    } catch (thrown) {
      this.#release(reader);
      throw thrown;
    }
    return { reader, member: null };
  }

  /** From now on `member` receives the posts of the subscription. */
  join(subscription: Subscription<Member>, member: Member): void {
    const { reader } = subscription;
    subscription.member = member;
    if (reader !== null) {
      // A spread array reserves space for more members, which hardly any user has.
      reader.members = reader.members.length === 0 ? [member] : [...reader.members, member];
      return;
    }
    this.#everyone.add(member);
    this.#everyoneArray = null;
  }

  end({ reader, member }: Subscription<Member>): void {
    if (reader !== null) {
      reader.members = reader.members.filter((each) => each !== member);
      this.#release(reader);
    } else if (member !== null) {
      this.#everyone.delete(member);
      this.#everyoneArray = null;
    }
  }

  /** Whether the subscription may see a post of the past, by today's friendships. */
  canSee({ reader }: Subscription<Member>, author: string, seq: number): boolean {
    if (reader === null) return true;
    if (reader.number === null) return false;
    return (this.#index.sinceSeq(reader.number, author) ?? seq) < seq;
  }

  /**
   * Reloads everybody's friends, because the events that changed them may have been missed. Rejects if
   * `friendsOf` does.
   */
  async reload(): Promise<void> {
    const readers = [...this.#readers.values()];
    for (let start = 0; start < readers.length; start += reloadBatch) {
      const batch = readers.slice(start, start + reloadBatch);
      await Promise.all(batch.map((reader) => this.#reload(reader)));
    }
  }

  apply(event: FeedEvent): void {
    if (event.kind === 'post') {
      if (isLive(event)) this.#deliver(event);
      return;
    }
    const reader = this.#readers.get(event.user);
    if (reader === undefined) return;
    reader.changesWhileLoading?.push(event);
    if (reader.number !== null) this.#change(reader.number, event);
  }

  /** The friends may be more recent than the post: those who became readers after it do not get it. */
  #deliver(post: LivePost): void {
    this.#everyoneArray ??= [...this.#everyone];
    const friends: Member[] = [];
    this.#index.forEachReader(post.author, post.seq, ({ members }) => {
      for (const member of members) friends.push(member);
    });
    const members = friends.length === 0 ? this.#everyoneArray : this.#everyoneArray.concat(friends);
    if (members.length > 0) this.#options.deliver(post, members);
  }

  #add(user: string): Reader<Member> {
    const reader: Reader<Member> = {
      user,
      subscriptions: 0,
      members: [],
      number: null,
      loading: null,
      changesWhileLoading: null,
    };
    this.#readers.set(user, reader);
    reader.loading = this.#load(reader).then(() => {
      reader.loading = null;
    });
    return reader;
  }

  async #reload(reader: Reader<Member>): Promise<void> {
    // Its rejection has been reported to the subscriber.
    await reader.loading?.catch(() => {});
    if (reader.number !== null) await this.#load(reader);
  }

  async #load(reader: Reader<Member>): Promise<void> {
    const changes: FriendChange[] = [];
    reader.changesWhileLoading = changes;
    try {
      const friends = await this.#options.friendsOf(reader.user);
      const isCurrent = reader.subscriptions > 0 && reader.changesWhileLoading === changes;
      if (isCurrent) this.#replace(reader, friends, changes);
    } finally {
      // Otherwise a newer load has begun.
      if (reader.changesWhileLoading === changes) reader.changesWhileLoading = null;
    }
  }

  #replace(reader: Reader<Member>, friends: readonly Friend[], changes: readonly FriendChange[]): void {
    if (reader.number !== null) this.#index.leave(reader.number);
    const number = this.#index.enter(reader);
    reader.number = number;
    for (const { id, sinceSeq } of friends) this.#index.set(number, id, sinceSeq);
    // The loaded friends may already include these; either way, the last change of each friend decides.
    for (const event of changes) this.#change(number, event);
  }

  #change(number: number, event: FriendChange): void {
    if (event.kind === 'friend-set') this.#index.set(number, event.friend, event.seq);
    else this.#index.delete(number, event.friend);
  }

  #release(reader: Reader<Member>): void {
    reader.subscriptions -= 1;
    if (reader.subscriptions > 0) return;
    if (this.#readers.get(reader.user) === reader) this.#readers.delete(reader.user);
    if (reader.number !== null) this.#index.leave(reader.number);
    reader.number = null;
  }
}
