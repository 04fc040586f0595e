import { type FeedEvent, type FriendDeleted, type FriendSet, isLive, type LivePost } from '../store/event.ts';
import type { Friend } from '../store/store.ts';

export type { FeedEvent, Friend, LivePost };

export type Audience = 'everyone' | 'friends';

export interface HubOptions<Member> {
  /** The friends of a user, at least as new as the last event that was applied. */
  friendsOf(user: string): Promise<readonly Friend[]>;
  /** Called for each new post with those who get it; not called where nobody does. */
  deliver(post: LivePost, members: Iterable<Member>): void;
}

/** One member's place in the hub, from before it can receive until it has gone. */
export interface Subscription<Member> {
  readonly user: string;
  readonly audience: Audience;
  member: Member | null;
}

/** What the members of one user share: their friends are looked up and kept once. */
interface Reader<Member> {
  subscriptions: number;
  readonly members: Set<Member>;
  /** Each with the seq since when; null until they are loaded. */
  friends: Map<string, number> | null;
  readonly loaded: Promise<void>;
  /** Changes that were applied before the friends were loaded. */
  readonly early: (FriendSet | FriendDeleted)[];
}

/** Users whose friends are looked up anew at a time. */
const reloadBatch = 100;

/**
 * Knows which members get which post: all that listen to everyone, and those whose user has set the
 * author as a friend. It is told of every event in the order of the log, so that what is decided
 * here for a post is what the log says at that post.
 */
export class Hub<Member> {
  readonly #options: HubOptions<Member>;
  readonly #everyone = new Set<Member>();
  readonly #readers = new Map<string, Reader<Member>>();
  readonly #readersByFriend = new Map<string, Set<Reader<Member>>>();

  constructor(options: HubOptions<Member>) {
    this.#options = options;
  }

  /** Prepares a place; whoever holds the subscription ends it, whatever becomes of the member. */
  async subscribe(user: string, audience: Audience): Promise<Subscription<Member>> {
    const subscription = { user, audience, member: null };
    if (audience === 'everyone') return subscription;
    const reader = this.#readers.get(user) ?? this.#load(user);
    reader.subscriptions += 1;
    try {
      await reader.loaded;
    } catch (thrown) {
      this.#release(user, reader);
      throw thrown;
    }
    return subscription;
  }

  /** From now on `member` gets what belongs to the subscription. */
  join(subscription: Subscription<Member>, member: Member): void {
    subscription.member = member;
    this.#membersOf(subscription)?.add(member);
  }

  end(subscription: Subscription<Member>): void {
    const { member, user, audience } = subscription;
    if (member !== null) this.#membersOf(subscription)?.delete(member);
    const reader = audience === 'friends' ? this.#readers.get(user) : undefined;
    if (reader !== undefined) this.#release(user, reader);
  }

  /** Whether the subscription may see a post of the past, by who is whose friend now. */
  sees({ user, audience }: Subscription<Member>, author: string, seq: number): boolean {
    if (audience === 'everyone') return true;
    return (this.#readers.get(user)?.friends?.get(author) ?? seq) < seq;
  }

  /**
   * Looks up everybody's friends anew, because events were missed that may have changed them. Rejects as
   * `friendsOf` does.
   */
  async reload(): Promise<void> {
    const readers = [...this.#readers];
    for (let start = 0; start < readers.length; start += reloadBatch) {
      const batch = readers.slice(start, start + reloadBatch);
      await Promise.all(batch.map(([user, reader]) => this.#reload(user, reader)));
    }
  }

  apply(event: FeedEvent): void {
    if (event.kind === 'post') {
      if (isLive(event)) this.#deliver(event);
      return;
    }
    const reader = this.#readers.get(event.user);
    if (reader === undefined) return;
    if (reader.friends === null) reader.early.push(event);
    else this.#change(reader, reader.friends, event);
  }

  #deliver(post: LivePost): void {
    const readers = this.#readersByFriend.get(post.author);
    if (readers === undefined) {
      if (this.#everyone.size > 0) this.#options.deliver(post, this.#everyone);
      return;
    }
    this.#options.deliver(post, concat(this.#everyone, readers, post));
  }

  #membersOf({ user, audience }: Subscription<Member>): Set<Member> | undefined {
    return audience === 'everyone' ? this.#everyone : this.#readers.get(user)?.members;
  }

  #load(user: string): Reader<Member> {
    const load = async (): Promise<void> => {
      const friends = new Map<string, number>();
      for (const { id, sinceSeq } of await this.#options.friendsOf(user))
        this.#add(reader, friends, id, sinceSeq);
      // The read may be newer than these; the last change to each friend decides either way.
      for (const event of reader.early) this.#change(reader, friends, event);
      reader.early.length = 0;
      reader.friends = friends;
    };
    const reader: Reader<Member> = {
      subscriptions: 0,
      members: new Set(),
      friends: null,
      early: [],
      loaded: Promise.resolve().then(load),
    };
    this.#readers.set(user, reader);
    return reader;
  }

  async #reload(user: string, reader: Reader<Member>): Promise<void> {
    // What it rejects with was told to whoever subscribes.
    await reader.loaded.catch(() => {});
    const found = await this.#options.friendsOf(user);
    const { friends } = reader;
    if (friends === null || this.#readers.get(user) !== reader) return;
    for (const friend of friends.keys()) this.#forget(reader, friend);
    friends.clear();
    for (const { id, sinceSeq } of found) this.#add(reader, friends, id, sinceSeq);
  }

  #change(reader: Reader<Member>, friends: Map<string, number>, event: FriendSet | FriendDeleted): void {
    if (event.kind === 'friend-set') {
      this.#add(reader, friends, event.friend, event.seq);
    } else {
      friends.delete(event.friend);
      this.#forget(reader, event.friend);
    }
  }

  #add(reader: Reader<Member>, friends: Map<string, number>, friend: string, sinceSeq: number): void {
    friends.set(friend, sinceSeq);
    const readers = this.#readersByFriend.get(friend);
    if (readers === undefined) this.#readersByFriend.set(friend, new Set([reader]));
    else readers.add(reader);
  }

  #forget(reader: Reader<Member>, friend: string): void {
    const readers = this.#readersByFriend.get(friend);
    readers?.delete(reader);
    if (readers?.size === 0) this.#readersByFriend.delete(friend);
  }

  #release(user: string, reader: Reader<Member>): void {
    reader.subscriptions -= 1;
    if (reader.subscriptions > 0) return;
    if (this.#readers.get(user) === reader) this.#readers.delete(user);
    for (const friend of reader.friends?.keys() ?? []) this.#forget(reader, friend);
  }
}

/** The friends are at least as new as the post: one who became a friend after it is passed over. */
function* concat<Member>(
  everyone: Iterable<Member>,
  readers: Iterable<Pick<Reader<Member>, 'members' | 'friends'>>,
  { author, seq }: LivePost,
): Generator<Member> {
  yield* everyone;
  for (const { members, friends } of readers) {
    if ((friends?.get(author) ?? seq) < seq) yield* members;
  }
}
