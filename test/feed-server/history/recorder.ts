import type {
  ClientHistory,
  FriendChange,
  History,
  IntendedPost,
  Life,
  Link,
  Operation,
  SeenPost,
  SeenReset,
} from './history.ts';

type Growing<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Writes down what happens, while it happens, by its own clock. */
export class Recorder {
  readonly #startMs = performance.now();
  readonly #posts: IntendedPost[] = [];
  readonly #friendChanges: FriendChange[] = [];
  readonly #epochBumps: Operation[] = [];
  readonly #clients: ClientRecorder[] = [];
  readonly #retentionMs: number;

  constructor(retentionMs: number) {
    this.#retentionMs = retentionMs;
  }

  /** Since the run began. */
  nowMs(): number {
    return performance.now() - this.#startMs;
  }

  /** `create` resolves with the id of the post, or with null where that was never told. */
  async post(author: string, key: string, create: () => Promise<string | null>): Promise<void> {
    const post: Growing<IntendedPost> = { key, author, sentMs: this.nowMs(), answeredMs: null, postId: null };
    this.#posts.push(post);
    post.postId = await create();
    if (post.postId !== null) post.answeredMs = this.nowMs();
  }

  /** `change` resolves with whether success was told. */
  async changeFriend(
    change: Omit<FriendChange, keyof Operation>,
    carryOut: () => Promise<boolean>,
  ): Promise<void> {
    await this.#operate(this.#friendChanges, change, carryOut);
  }

  async bumpEpoch(carryOut: () => Promise<void>): Promise<void> {
    await this.#operate(this.#epochBumps, {}, () => carryOut().then(() => true));
  }

  client(client: Named): ClientRecorder {
    const recorder = new ClientRecorder(client, () => this.nowMs());
    this.#clients.push(recorder);
    return recorder;
  }

  get counts(): { readonly posts: number; readonly seen: number } {
    const seen = this.#clients.reduce((sum, client) => sum + client.seen, 0);
    return { posts: this.#posts.length, seen };
  }

  get history(): History {
    return {
      retentionMs: this.#retentionMs,
      posts: this.#posts,
      friendChanges: this.#friendChanges,
      epochBumps: this.#epochBumps,
      clients: this.#clients.map(({ history }) => history),
    };
  }

  async #operate<Kind extends object>(
    operations: (Kind & Operation)[],
    kind: Kind,
    carryOut: () => Promise<boolean>,
  ): Promise<void> {
    const operation: Kind & Growing<Operation> = { ...kind, sentMs: this.nowMs(), answeredMs: null };
    operations.push(operation);
    if (await carryOut()) operation.answeredMs = this.nowMs();
  }
}

type Named = Pick<ClientHistory, 'name' | 'user' | 'audience'>;

/** The part of one client. */
export class ClientRecorder {
  readonly #client: Named;
  readonly #nowMs: () => number;
  readonly #subscribed: Growing<Operation>;
  readonly #links: Link[] = [];
  readonly #lives: Life[] = [];

  constructor(client: Named, nowMs: () => number) {
    this.#client = client;
    this.#nowMs = nowMs;
    this.#subscribed = { sentMs: nowMs(), answeredMs: null };
  }

  get history(): ClientHistory {
    const [subscribed, links, lives] = [this.#subscribed, this.#links, this.#lives];
    return { ...this.#client, subscribed, leftMs: null, links, lives };
  }

  /** All sights so far. */
  get seen(): number {
    return this.#lives.reduce((sum, { seen }) => sum + seen.length, 0);
  }

  /** The client has a cursor: nothing may be missed from now on. */
  subscribed(): void {
    this.#subscribed.answeredMs ??= this.#nowMs();
  }

  /** A connection is about to be made; what this returns is called when it has ended. */
  link(): () => void {
    const link: Growing<Link> = { fromMs: this.#nowMs(), toMs: null };
    this.#links.push(link);
    return () => {
      link.toMs = this.#nowMs();
    };
  }

  /** A process begins, certainly after the post of that key. */
  begin(resumedAfter: string | null): LifeRecorder {
    const [seen, resets]: [SeenPost[], SeenReset[]] = [[], []];
    this.#lives.push({ resumedAfter, seen, resets });
    return {
      saw: (post) => void seen.push({ atMs: this.#nowMs(), ...post }),
      wasReset: (reason) => void resets.push({ atMs: this.#nowMs(), reason }),
    };
  }
}

export interface LifeRecorder {
  saw(post: Omit<SeenPost, 'atMs'>): void;
  wasReset(reason: SeenReset['reason']): void;
}
