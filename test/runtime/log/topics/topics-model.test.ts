import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { JoinedTopics } from '../../../../src/runtime/log/engine.ts';
import type { LogEvent, MembershipEvent } from '../../../../src/runtime/log/event.ts';
import { type Audience, type Subscription, Topics } from '../../../../src/runtime/log/topics/topics.ts';
import { createRandom, type Random } from '../../../support/history/random.ts';
import { idOf, nameOf } from './ids.ts';

const users = 30;
const topics = 60;
const steps = 3000;

/** A pending load of a user's topics, and the changes since it began. */
interface Read {
  readonly user: string;
  readonly stored: ReadonlyMap<string, number>;
  readonly changes: MembershipEvent[];
  readonly answer: (joined: JoinedTopics) => void;
}

interface Open {
  readonly user: string;
  readonly audience: Audience;
  readonly member: string;
  readonly subscription: Subscription<string>;
}

function change(joined: Map<string, number>, event: MembershipEvent): void {
  if (event.kind === 'join') joined.set(event.topic, event.seq);
  else joined.delete(event.topic);
}

/** The topics next to plain Maps that get the same events, and a log that memberships are loaded from. */
class World {
  readonly random: Random;
  readonly open: Open[] = [];
  readonly reads: Read[] = [];
  /** How many messages members had to get, in total. */
  deliveries = 0;
  /** Where the topics and the Maps differ. */
  readonly differences: string[] = [];
  readonly #delivered: string[] = [];
  /** The topics of each user, at the end of the log. */
  readonly #stored = new Map<string, Map<string, number>>();
  /** The topics that must be known of each loaded user. */
  readonly #known = new Map<string, Map<string, number>>();
  readonly #unapplied: LogEvent[] = [];
  #seq = 0;
  #opened = 0;

  readonly topics = new Topics<string>({
    topicsOf: (user) =>
      new Promise((answer) => {
        this.reads.push({ user, stored: new Map(this.#storedOf(user)), changes: [], answer });
      }),
    deliver: (_message, members) => void this.#delivered.push(...members),
  });

  constructor(seed: number) {
    this.random = createRandom(seed);
    for (let user = 0; user < users; user += 1) {
      for (let count = 0; count < 40; count += 1) this.#storedOf(idOf(user)).set(this.#topic(), 0);
    }
  }

  /** Appends an event, which the hub applies later. */
  append(): void {
    this.#seq += 1;
    const base = { seq: this.#seq, mark: 0, createdAtMs: 0, topic: this.#topic() };
    const kind = this.random.pick(['message', 'message', 'join', 'leave'] as const);
    const user = this.#user();
    if (kind === 'message') {
      const also = this.random.chance(0.3) ? [user, this.#user()] : [];
      const content = { channel: 'orders', message: 'placed', entity: null, payload: '{}', revises: null };
      this.#unapplied.push({ ...base, ...content, kind, also });
      return;
    }
    const event = { ...base, kind, user };
    change(this.#storedOf(user), event);
    this.#unapplied.push(event);
  }

  applyNext(): void {
    const event = this.#unapplied.shift();
    if (event === undefined) return;
    this.topics.apply(event);
    if (event.kind === 'message') {
      const { topic, seq, also } = event;
      const expected = this.open
        .filter((each) => this.#mustSee(each, topic, seq, also))
        .map(({ member }) => member);
      this.deliveries += expected.length;
      const [actual, wanted] = [this.#delivered.splice(0), expected].map((each) => each.toSorted().join());
      if (actual !== wanted) this.differences.push(`message ${seq} went to ${actual} instead of ${wanted}`);
      return;
    }
    if (event.kind !== 'join' && event.kind !== 'leave') return;
    for (const { user, changes } of this.reads) if (user === event.user) changes.push(event);
    const known = this.#known.get(event.user);
    if (known !== undefined) change(known, event);
  }

  subscribe(): void {
    const user = this.#user();
    const audience = this.random.chance(0.2) ? 'everyone' : 'topic';
    this.#opened += 1;
    const member = `member ${this.#opened}`;
    void this.topics.subscribe(user, 'orders', audience).then((subscription) => {
      this.topics.join(subscription, member);
      this.open.push({ user, audience, member, subscription });
    });
  }

  end(): void {
    const [ended] = this.open.splice(this.random.integer(0, this.open.length), 1);
    if (ended === undefined) return;
    this.topics.end(ended.subscription);
    const isRead = this.open.some(({ user, audience }) => user === ended.user && audience === 'topic');
    if (!isRead && ended.audience === 'topic') this.#known.delete(ended.user);
  }

  answer(): void {
    const read = this.reads.shift();
    if (read === undefined) return;
    read.answer({ topics: [...read.stored.keys()], sinceSeqs: [...read.stored.values()] });
    const isLoadedAgain = this.reads.some(({ user }) => user === read.user);
    if (isLoadedAgain) return;
    const known = new Map(read.stored);
    for (const event of read.changes) change(known, event);
    this.#known.set(read.user, known);
  }

  checkVisibility(): void {
    const open = this.open[this.random.integer(0, this.open.length)];
    if (open === undefined) return;
    const [topic, seq] = [this.#topic(), this.random.integer(0, this.#seq + 1)];
    const also = this.random.chance(0.3) ? [this.#user()] : [];
    const canSee = this.topics.canSee(open.subscription, { topic, seq, also });
    if (canSee !== this.#mustSee(open, topic, seq, also))
      this.differences.push(`${open.member}: ${topic} at ${seq}`);
  }

  #mustSee({ user, audience }: Open, topic: string, seq: number, also: readonly string[]): boolean {
    if (audience === 'everyone' || also.includes(user)) return true;
    return (this.#known.get(user)?.get(topic) ?? seq) < seq;
  }

  #user(): string {
    return idOf(this.random.integer(0, users));
  }

  #topic(): string {
    return nameOf(this.random.integer(0, topics));
  }

  #storedOf(user: string): Map<string, number> {
    const stored = this.#stored.get(user) ?? new Map<string, number>();
    this.#stored.set(user, stored);
    return stored;
  }
}

describe('Topics', () => {
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
        () => void world.topics.reload(),
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
