import { type FeedEvent, type FriendDeleted, type FriendSet, isLive, type LivePost } from '../store/event.ts';
import type { Friend } from '../store/store.ts';
import { FriendIndex } from './friend-index.ts';

export type { FeedEvent, Friend, LivePost };

export type Audience = 'everyone' | 'friends';

export interface HubOptions<Member> {
  /** The friends of a user, at least as new as the last event that was applied. */
  friendsOf(user: string): Promise<readonly Friend[]>;
  /** Called for each new post with those who get it; not called where nobody does. */
  deliver(post: LivePost, members: readonly Member[]): void;
}

/** One member's place in the hub, from before it can receive until it has gone. */
export interface Subscription<Member> {
  /** Null for one that listens to everyone. */
  readonly reader: Reader<Member> | null;
  member: Member | null;
}

/** What the members of one user share: their friends are looked up and kept once. */
interface Reader<Member> {
  readonly user: string;
  subscriptions: number;
  /** Replaced at each change. Nearly every user has one. */
  members: readonly Member[];
  /** In the index; null until the friends are loaded, and when the last subscription has ended. */
  number: number | null;
  /** Null once the friends are loaded. */
  loading: Promise<void> | null;
  /** Changes since the friends were asked for; null while nobody waits for them. */
  early: FriendChange[] | null;
}

type FriendChange = FriendSet | FriendDeleted;

/** Users whose friends are looked up anew at a time. */
const reloadBatch = 100;

/**
 * Knows which members get which post: all that listen to everyone, and those whose user has set the
 * author as a friend. It is told of every event in the order of the log, so that what is decided
 * here for a post is what the log says at that post. All users are lower-case UUIDs.
 */
export class Hub<Member> {
  readonly #options: HubOptions<Member>;
  readonly #everyone = new Set<Member>();
  /** The same, made at the next post after a change. */
  #everyoneListed: readonly Member[] | null = null;
  readonly #readers = new Map<string, Reader<Member>>();
  readonly #index = new FriendIndex<Reader<Member>>();

  constructor(options: HubOptions<Member>) {
    this.#options = options;
  }

  /** Prepares a place; whoever holds the subscription ends it, whatever becomes of the member. */
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

  /** From now on `member` gets what belongs to the subscription. */
  join(subscription: Subscription<Member>, member: Member): void {
    const { reader } = subscription;
    subscription.member = member;
    if (reader !== null) {
      // A spread makes room for more, which nearly nobody needs.
      reader.members = reader.members.length === 0 ? [member] : [...reader.members, member];
      return;
    }
    this.#everyone.add(member);
    this.#everyoneListed = null;
  }

  end({ reader, member }: Subscription<Member>): void {
    if (reader !== null) {
      reader.members = reader.members.filter((each) => each !== member);
      this.#release(reader);
    } else if (member !== null) {
      this.#everyone.delete(member);
      this.#everyoneListed = null;
    }
  }

  /** Whether the subscription may see a post of the past, by who is whose friend now. */
  sees({ reader }: Subscription<Member>, author: string, seq: number): boolean {
    if (reader === null) return true;
    if (reader.number === null) return false;
    return (this.#index.sinceSeq(reader.number, author) ?? seq) < seq;
  }

  /**
   * Looks up everybody's friends anew, because events were missed that may have changed them. Rejects as
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
    reader.early?.push(event);
    if (reader.number !== null) this.#change(reader.number, event);
  }

  /** The friends are at least as new as the post: one who became a friend after it is passed over. */
  #deliver(post: LivePost): void {
    this.#everyoneListed ??= [...this.#everyone];
    const friends: Member[] = [];
    this.#index.forEachReader(post.author, post.seq, ({ members }) => {
      for (const member of members) friends.push(member);
    });
    const members = friends.length === 0 ? this.#everyoneListed : this.#everyoneListed.concat(friends);
    if (members.length > 0) this.#options.deliver(post, members);
  }

  #add(user: string): Reader<Member> {
    const reader: Reader<Member> = {
      user,
      subscriptions: 0,
      members: [],
      number: null,
      loading: null,
      early: null,
    };
    this.#readers.set(user, reader);
    reader.loading = this.#load(reader).then(() => {
      reader.loading = null;
    });
    return reader;
  }

  async #reload(reader: Reader<Member>): Promise<void> {
    // What it rejects with was told to whoever subscribes.
    await reader.loading?.catch(() => {});
    if (reader.number !== null) await this.#load(reader);
  }

  async #load(reader: Reader<Member>): Promise<void> {
    const early: FriendChange[] = [];
    reader.early = early;
    try {
      const friends = await this.#options.friendsOf(reader.user);
      const isWanted = reader.subscriptions > 0 && reader.early === early;
      if (isWanted) this.#replace(reader, friends, early);
    } finally {
      // Else they were asked for again meanwhile.
      if (reader.early === early) reader.early = null;
    }
  }

  #replace(reader: Reader<Member>, friends: readonly Friend[], early: readonly FriendChange[]): void {
    if (reader.number !== null) this.#index.leave(reader.number);
    const number = this.#index.enter(reader);
    reader.number = number;
    for (const { id, sinceSeq } of friends) this.#index.set(number, id, sinceSeq);
    // The read may be newer than these; the last change to each friend decides either way.
    for (const event of early) this.#change(number, event);
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
