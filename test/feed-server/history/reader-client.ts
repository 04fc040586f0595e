import { setTimeout as delay } from 'node:timers/promises';
import { type PostFeedPostedClient, postFeedPosted } from '../../../generated/asyncapi/client.ts';
import type { PostFeedPostedQuery, PostMessage } from '../../../generated/asyncapi/models.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import type { FaultProxy } from '../../support/history/fault-proxy.ts';
import type { Disruption } from '../../support/history/run-options.ts';
import type { ClientRecorder, LifeRecorder } from './recorder.ts';
import type { Reader } from './schedule.ts';
import { TrackedCursorStore } from './tracked-cursor-store.ts';

export interface ReaderClientDeps {
  readonly name: string;
  readonly plan: Reader;
  readonly token: string;
  readonly proxy: FaultProxy;
  readonly recorder: ClientRecorder;
  /** The folder of the cursor file, if the cursor is stored in one. */
  readonly folder: string;
  /** Called with the key of each post that its application sees. */
  readonly onSeen: (key: string) => void;
  /** Called with errors that a client must not have, whatever happens to its server. */
  readonly onProblem: (problem: string) => void;
}

/** One process of the client. */
interface Life {
  readonly client: PostFeedPostedClient;
  readonly recorder: LifeRecorder;
}

/** How often a stalled handler checks whether it may continue. */
const stallStepMs = 50;

/** A subscriber with the generated client, and an application that records what it sees. */
export class ReaderClient {
  readonly #deps: ReaderClientDeps;
  readonly #cursors: TrackedCursorStore;
  #life: Life | null = null;
  #stalledUntilMs = 0;
  #isClosed = false;

  constructor(deps: ReaderClientDeps) {
    this.#deps = deps;
    this.#cursors = new TrackedCursorStore(deps.plan.cursors, `${deps.folder}/${deps.name}.cursor`);
  }

  /** The number of posts that its application has seen. */
  get seen(): number {
    return this.#deps.recorder.seen;
  }

  /** Starts a process of the client. */
  begin(): void {
    const { name, plan, token, proxy, onProblem } = this.#deps;
    const recorder = this.#deps.recorder.begin(this.#cursors.savedKey);
    const client = connect(postFeedPosted, {
      url: `ws://127.0.0.1:${proxy.port}`,
      auth: token,
      query: queryOf(plan, name),
      resume: plan.cursors !== 'none',
      cursor: this.#cursors.open(),
      reconnect: { baseMs: 50, maxMs: 500 },
      onReset: async ({ reason }) => {
        await this.#whenRunning(life);
        recorder.wasReset(reason);
      },
      onError: (error) => onProblem(`${name}: ${error.code}: ${error.message}`),
    });
    const life: Life = { client, recorder };
    client.on.post((message) => this.#handlePost(life, message));
    this.#life = life;
  }

  /** From now on, the client must not miss a post. */
  expectAll(): void {
    if (this.#deps.plan.cursors !== 'none') this.#deps.recorder.subscribed();
  }

  /** Disrupts the client for that time. */
  async disrupt(kind: Disruption, forMs: number): Promise<void> {
    switch (kind) {
      case 'drop':
        this.#deps.proxy.drop(forMs);
        break;
      case 'freeze':
        this.#deps.proxy.freeze(forMs);
        break;
      case 'stall':
        this.#stalledUntilMs = performance.now() + forMs;
        break;
      case 'restart':
        await this.#end();
        await pause(forMs);
        // Restarts may overlap.
        if (!this.#isClosed && this.#life === null) this.begin();
        break;
    }
  }

  /** Ends all disruptions. */
  restore(): void {
    this.#stalledUntilMs = 0;
    this.#deps.proxy.restore();
  }

  /** Stops the client for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  /** Ends the process like kill -9: its application sees no further posts. */
  async #end(): Promise<void> {
    const life = this.#life;
    this.#life = null;
    this.#deps.proxy.drop(0);
    life?.client.close();
    // `onError` has reported a rejection.
    await life?.client.closed.catch(() => {});
  }

  /** Resolves when the application of that process is not stalled. Never resolves if the process has ended. */
  async #whenRunning(life: Life): Promise<void> {
    while (performance.now() < this.#stalledUntilMs) await pause(stallStepMs);
    if (this.#life !== life) await new Promise(() => {});
  }

  async #handlePost(life: Life, { payload, cursor }: PostMessage): Promise<void> {
    await this.#whenRunning(life);
    const { postId, postText, author_user_id } = payload;
    // Recorded last, since the cursor passes the post when its handler returns.
    life.recorder.saw({ postId, author: author_user_id, text: postText });
    this.#deps.onSeen(postText);
    if (cursor !== undefined) this.#cursors.saw(postText, cursor);
  }
}

/** The timer does not keep the process running. */
function pause(forMs: number): Promise<void> {
  return delay(forMs, undefined, { ref: false });
}

function queryOf({ audience, cursors }: Reader, device: string): PostFeedPostedQuery {
  switch (cursors) {
    case 'none':
      return { audience };
    case 'memory':
      return { audience, since: 'now' };
    case 'file':
      return { audience, since: 'now', device };
    case 'server':
      return { audience, since: 'acked', device };
  }
}
