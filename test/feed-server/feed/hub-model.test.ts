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

/** A read of the friends that the hub waits for, and what has changed since. */
interface Read {
  readonly user: string;
  readonly found: ReadonlyMap<string, number>;
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

/** The hub beside plain Maps that are told of the same, and a log that the friends are read from. */
class World {
  readonly random: Random;
  readonly open: Open[] = [];
  readonly reads: Read[] = [];
  /** All that were due. */
  deliveries = 0;
  /** In what they differ. */
  readonly wrong: string[] = [];
  readonly #delivered: string[] = [];
  /** Whom each user has set, at the end of the log. */
  readonly #stored = new Map<string, Map<string, number>>();
  /** What the hub must know of each user that it has loaded. */
  readonly #known = new Map<string, Map<string, number>>();
  readonly #waiting: FeedEvent[] = [];
  #seq = 0;
  #opened = 0;

  readonly hub = new Hub<string>({
    friendsOf: (user) =>
      new Promise((answer) => {
        this.reads.push({ user, found: new Map(this.#storedOf(user)), changes: [], answer });
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

  /** Appends an event; the hub is told of it later. */
  append(): void {
    this.#seq += 1;
    const base = { seq: this.#seq, createdAtMs: 0 };
    const [user, friend] = [idOf(this.random.integer(0, users)), idOf(this.random.integer(0, authors))];
    const kind = this.random.pick(['post', 'post', 'friend-set', 'friend-deleted'] as const);
    if (kind === 'post') {
      this.#waiting.push({ ...base, kind, author: friend, postId: String(this.#seq), text: 'text' });
      return;
    }
    const event = { ...base, kind, user, friend };
    change(this.#storedOf(user), event);
    this.#waiting.push(event);
  }

  applyNext(): void {
    const event = this.#waiting.shift();
    if (event === undefined) return;
    this.hub.apply(event);
    if (event.kind === 'post') {
      const { author, seq } = event;
      const due = this.open.filter((each) => this.#mustSee(each, author, seq)).map(({ member }) => member);
      this.deliveries += due.length;
      const [is, mustBe] = [this.#delivered.splice(0), due].map((members) => members.toSorted().join());
      if (is !== mustBe) this.wrong.push(`post ${seq} went to ${is} instead of ${mustBe}`);
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
    read.answer([...read.found].map(([id, sinceSeq]) => ({ id, sinceSeq })));
    const isAskedAgain = this.reads.some(({ user }) => user === read.user);
    if (isAskedAgain) return;
    const known = new Map(read.found);
    for (const event of read.changes) change(known, event);
    this.#known.set(read.user, known);
  }

  look(): void {
    const open = this.open[this.random.integer(0, this.open.length)];
    if (open === undefined) return;
    const [author, seq] = [idOf(this.random.integer(0, authors)), this.random.integer(0, this.#seq + 1)];
    const sees = this.hub.sees(open.subscription, author, seq);
    if (sees !== this.#mustSee(open, author, seq)) this.wrong.push(`${open.member}: ${author} at ${seq}`);
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
  it.each([1, 2, 3, 4, 5, 6])('agrees with plain Maps, whatever happens (seed %d)', async (seed) => {
    const world = new World(seed);
    const actions = [
      ...Array.from({ length: 5 }, () => () => world.subscribe()),
      ...Array.from({ length: 4 }, () => () => world.end()),
      ...Array.from({ length: 4 }, () => () => world.append()),
      ...Array.from({ length: 6 }, () => () => world.applyNext()),
      ...Array.from({ length: 6 }, () => () => world.look()),
      ...Array.from({ length: 8 }, () => () => world.answer()),
      () => void world.hub.reload(),
    ];
    for (let step = 0; step < steps; step += 1) {
      world.random.pick(actions)();
      await nextTurn();
    }
    expect(world.wrong).toEqual([]);
    expect(world.deliveries).toBeGreaterThan(200);
  });
});
