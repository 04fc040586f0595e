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

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Records the history of a run by its own clock. */
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

  /** Milliseconds since the run began. */
  nowMs(): number {
    return performance.now() - this.#startMs;
  }

  /** `create` resolves with the id of the post, or with null if it got no response. */
  async post(author: string, key: string, create: () => Promise<string | null>): Promise<void> {
    const post: Mutable<IntendedPost> = { key, author, sentMs: this.nowMs(), answeredMs: null, postId: null };
    this.#posts.push(post);
    post.postId = await create();
    if (post.postId !== null) post.answeredMs = this.nowMs();
  }

  /** `execute` resolves with whether it got a successful response. */
  async changeFriend(
    change: Omit<FriendChange, keyof Operation>,
    execute: () => Promise<boolean>,
  ): Promise<void> {
    await this.#operate(this.#friendChanges, change, execute);
  }

  async bumpEpoch(execute: () => Promise<void>): Promise<void> {
    await this.#operate(this.#epochBumps, {}, () => execute().then(() => true));
  }

  client(client: ClientIdentity): ClientRecorder {
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
    execute: () => Promise<boolean>,
  ): Promise<void> {
    const operation: Kind & Mutable<Operation> = { ...kind, sentMs: this.nowMs(), answeredMs: null };
    operations.push(operation);
    if (await execute()) operation.answeredMs = this.nowMs();
  }
}

type ClientIdentity = Pick<ClientHistory, 'name' | 'user' | 'audience'>;

/** Records the history of one client. */
export class ClientRecorder {
  readonly #client: ClientIdentity;
  readonly #nowMs: () => number;
  readonly #subscribed: Mutable<Operation>;
  readonly #links: Link[] = [];
  readonly #lives: Life[] = [];

  constructor(client: ClientIdentity, nowMs: () => number) {
    this.#client = client;
    this.#nowMs = nowMs;
    this.#subscribed = { sentMs: nowMs(), answeredMs: null };
  }

  get history(): ClientHistory {
    const [subscribed, links, lives] = [this.#subscribed, this.#links, this.#lives];
    return { ...this.#client, subscribed, leftMs: null, links, lives };
  }

  /** The number of posts seen so far. */
  get seen(): number {
    return this.#lives.reduce((sum, { seen }) => sum + seen.length, 0);
  }

  /** The client has a cursor: from now on, it must not miss a post. */
  subscribed(): void {
    this.#subscribed.answeredMs ??= this.#nowMs();
  }

  /** Call it before a connection is made, and the returned function when it has ended. */
  link(): () => void {
    const link: Mutable<Link> = { fromMs: this.#nowMs(), toMs: null };
    this.#links.push(link);
    return () => {
      link.toMs = this.#nowMs();
    };
  }

  /** Call it when a process starts, whose cursor has certainly passed the post with that key. */
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
