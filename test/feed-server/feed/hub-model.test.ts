import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Friend, Hub, type Subscription } from '../../../src/feed-server/feed/hub.ts';
import type { FeedEvent } from '../../../src/feed-server/store/event.ts';
import { createRandom, type Random } from '../history/random.ts';
import { idOf } from './ids.ts';

const users = 30;
const authors = 60;
const steps = 3000;

type Change = Extract<FeedEvent, { readonly user: string }>;

/** A pending load of a user's friends, and the changes since it began. */
interface Read {
  readonly user: string;
  readonly stored: ReadonlyMap<string, number>;
  readonly changes: Change[];
  readonly answer: (friends: readonly Friend[]) => void;
}

interface Open {
  readonly user: string;
  readonly audience: 'everyone' | 'friends';
  readonly member: string;
  readonly subscription: Subscription<string>;
}

function change(friends: Map<string, number>, event: Change): void {
  if (event.kind === 'friend-set') friends.set(event.friend, event.seq);
  else friends.delete(event.friend);
}

/** The hub next to plain Maps that get the same events, and a log that the friends are loaded from. */
class World {
  readonly random: Random;
  readonly open: Open[] = [];
  readonly reads: Read[] = [];
  /** How many posts members had to get, in total. */
  deliveries = 0;
  /** Where the hub and the Maps differ. */
  readonly differences: string[] = [];
  readonly #delivered: string[] = [];
  /** The friends of each user, at the end of the log. */
  readonly #stored = new Map<string, Map<string, number>>();
  /** The friends that the hub must know of each loaded user. */
  readonly #known = new Map<string, Map<string, number>>();
  readonly #unapplied: FeedEvent[] = [];
  #seq = 0;
  #opened = 0;

  readonly hub = new Hub<string>({
    friendsOf: (user) =>
      new Promise((answer) => {
        this.reads.push({ user, stored: new Map(this.#storedOf(user)), changes: [], answer });
      }),
    deliver: (_post, members) => void this.#delivered.push(...members),
  });

  constructor(seed: number) {
    this.random = createRandom(seed);
    for (let user = 0; user < users; user += 1) {
      for (let count = 0; count < 40; count += 1)
        this.#storedOf(idOf(user)).set(idOf(this.random.integer(0, authors)), 0);
    }
  }

  /** Appends an event, which the hub applies later. */
  append(): void {
    this.#seq += 1;
    const base = { seq: this.#seq, createdAtMs: 0 };
    const [user, friend] = [idOf(this.random.integer(0, users)), idOf(this.random.integer(0, authors))];
    const kind = this.random.pick(['post', 'post', 'friend-set', 'friend-deleted'] as const);
    if (kind === 'post') {
      this.#unapplied.push({ ...base, kind, author: friend, postId: String(this.#seq), text: 'text' });
      return;
    }
    const event = { ...base, kind, user, friend };
    change(this.#storedOf(user), event);
    this.#unapplied.push(event);
  }

  applyNext(): void {
    const event = this.#unapplied.shift();
    if (event === undefined) return;
    this.hub.apply(event);
    if (event.kind === 'post') {
      const { author, seq } = event;
      const expected = this.open
        .filter((each) => this.#mustSee(each, author, seq))
        .map(({ member }) => member);
      this.deliveries += expected.length;
      const [actual, wanted] = [this.#delivered.splice(0), expected].map((each) => each.toSorted().join());
      if (actual !== wanted) this.differences.push(`post ${seq} went to ${actual} instead of ${wanted}`);
      return;
    }
    for (const { user, changes } of this.reads) if (user === event.user) changes.push(event);
    const known = this.#known.get(event.user);
    if (known !== undefined) change(known, event);
  }

  subscribe(): void {
    const user = idOf(this.random.integer(0, users));
    const audience = this.random.chance(0.2) ? 'everyone' : 'friends';
    this.#opened += 1;
    const member = `member ${this.#opened}`;
    void this.hub.subscribe(user, audience).then((subscription) => {
      this.hub.join(subscription, member);
      this.open.push({ user, audience, member, subscription });
    });
  }

  end(): void {
    const [ended] = this.open.splice(this.random.integer(0, this.open.length), 1);
    if (ended === undefined) return;
    this.hub.end(ended.subscription);
    const isRead = this.open.some(({ user, audience }) => user === ended.user && audience === 'friends');
    if (!isRead && ended.audience === 'friends') this.#known.delete(ended.user);
  }

  answer(): void {
    const read = this.reads.shift();
    if (read === undefined) return;
    read.answer([...read.stored].map(([id, sinceSeq]) => ({ id, sinceSeq })));
    const isLoadedAgain = this.reads.some(({ user }) => user === read.user);
    if (isLoadedAgain) return;
    const known = new Map(read.stored);
    for (const event of read.changes) change(known, event);
    this.#known.set(read.user, known);
  }

  checkVisibility(): void {
    const open = this.open[this.random.integer(0, this.open.length)];
    if (open === undefined) return;
    const [author, seq] = [idOf(this.random.integer(0, authors)), this.random.integer(0, this.#seq + 1)];
    const canSee = this.hub.canSee(open.subscription, author, seq);
    if (canSee !== this.#mustSee(open, author, seq))
      this.differences.push(`${open.member}: ${author} at ${seq}`);
  }

  #mustSee({ user, audience }: Open, author: string, seq: number): boolean {
    return audience === 'everyone' || (this.#known.get(user)?.get(author) ?? seq) < seq;
  }

  #storedOf(user: string): Map<string, number> {
    const stored = this.#stored.get(user) ?? new Map<string, number>();
    this.#stored.set(user, stored);
    return stored;
  }
}

describe('Hub', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'agrees with plain Maps in a random sequence of events (seed %d)',
    async (seed) => {
      const world = new World(seed);
      const actions = [
        ...Array.from({ length: 5 }, () => () => world.subscribe()),
        ...Array.from({ length: 4 }, () => () => world.end()),
        ...Array.from({ length: 4 }, () => () => world.append()),
        ...Array.from({ length: 6 }, () => () => world.applyNext()),
        ...Array.from({ length: 6 }, () => () => world.checkVisibility()),
        ...Array.from({ length: 8 }, () => () => world.answer()),
        () => void world.hub.reload(),
      ];
      for (let step = 0; step < steps; step += 1) {
        world.random.pick(actions)();
        await nextTurn();
      }
      expect(world.differences).toEqual([]);
      expect(world.deliveries).toBeGreaterThan(200);
    },
  );
});
