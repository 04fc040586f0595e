import { setTimeout as delay } from 'node:timers/promises';
import { type PostFeedPostedTypes, postFeedPosted } from '../../../generated/asyncapi/client.ts';
import type { PostFeedQuery, PostMessage } from '../../../generated/asyncapi/models.ts';
import { type Client, connect } from '../../../src/runtime/client/node.ts';
import { CursorPlace } from './cursor-place.ts';
import type { ClientRecorder, LifeRecorder } from './recorder.ts';
import type { Reader, Trouble } from './schedule.ts';
import type { Wire } from './wire.ts';

export interface ReaderClientDeps {
  readonly name: string;
  readonly plan: Reader;
  readonly token: string;
  readonly wire: Wire;
  readonly recorder: ClientRecorder;
  /** Where the cursor is kept, if it is kept in a file. */
  readonly folder: string;
  /** Told the key of each post that its application is given. */
  readonly onSight: (key: string) => void;
  /** Told of what must not happen to a client, whatever happens to its server. */
  readonly onProblem: (problem: string) => void;
}

/** One process of the client. */
interface Life {
  readonly client: Client<PostFeedPostedTypes>;
  readonly recorder: LifeRecorder;
}

/** How often a stalled handler looks whether it may go on. */
const stallStepMs = 50;

/** One subscriber through the generated client, with an application that writes down what it is given. */
export class ReaderClient {
  readonly #deps: ReaderClientDeps;
  readonly #place: CursorPlace;
  #life: Life | null = null;
  #stalledUntilMs = 0;
  #isClosed = false;

  constructor(deps: ReaderClientDeps) {
    this.#deps = deps;
    this.#place = new CursorPlace(deps.plan.cursors, `${deps.folder}/${deps.name}.cursor`);
  }

  /** How many posts its application has seen. */
  get seen(): number {
    return this.#deps.recorder.seen;
  }

  /** Begins a process. */
  begin(): void {
    const { name, plan, token, wire, onProblem } = this.#deps;
    const recorder = this.#deps.recorder.begin(this.#place.savedKey);
    const client = connect(postFeedPosted, {
      url: `ws://127.0.0.1:${wire.port}`,
      credentials: { bearerAuth: token },
      query: queryOf(plan, name),
      resume: plan.cursors !== 'none',
      cursors: this.#place.open(),
      reconnect: { baseMs: 50, maxMs: 500 },
      on: { post: (message) => this.#take(life, message) },
      onReset: async ({ reason }) => {
        await this.#turn(life);
        recorder.wasReset(reason);
      },
      onError: (error) => onProblem(`${name}: ${error.code}: ${error.message}`),
    });
    const life: Life = { client, recorder };
    this.#life = life;
  }

  /** From now on it may not miss anything. */
  expectAll(): void {
    if (this.#deps.plan.cursors !== 'none') this.#deps.recorder.subscribed();
  }

  /** Something goes wrong with it, for that time. */
  async suffer(kind: Trouble, forMs: number): Promise<void> {
    switch (kind) {
      case 'drop':
        this.#deps.wire.drop(forMs);
        break;
      case 'freeze':
        this.#deps.wire.freeze(forMs);
        break;
      case 'stall':
        this.#stalledUntilMs = performance.now() + forMs;
        break;
      case 'restart':
        await this.#end();
        await pause(forMs);
        // Two of them may overlap.
        if (!this.#isClosed && this.#life === null) this.begin();
        break;
    }
  }

  /** Ends what is wrong with it. */
  heal(): void {
    this.#stalledUntilMs = 0;
    this.#deps.wire.heal();
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  /** Ends the process as kill -9 does: whatever the application has not been given yet, it will not be. */
  async #end(): Promise<void> {
    const life = this.#life;
    this.#life = null;
    this.#deps.wire.drop(0);
    life?.client.close();
    // What it may reject with was told to onError.
    await life?.client.closed.catch(() => {});
  }

  /** Resolves when the application of that process may go on. */
  async #turn(life: Life): Promise<void> {
    while (performance.now() < this.#stalledUntilMs) await pause(stallStepMs);
    // In a process that has ended, nothing returns.
    if (this.#life !== life) await new Promise(() => {});
  }

  async #take(life: Life, { payload, cursor }: PostMessage): Promise<void> {
    await this.#turn(life);
    const { postId, postText, author_user_id } = payload;
    // Not before the handler is done: only then the post is behind the cursor.
    life.recorder.saw({ postId, author: author_user_id, text: postText });
    this.#deps.onSight(postText);
    if (cursor !== undefined) this.#place.saw(postText, cursor);
  }
}

/** Does not keep a process that has nothing else to do. */
function pause(forMs: number): Promise<void> {
  return delay(forMs, undefined, { ref: false });
}

function queryOf({ audience, cursors }: Reader, device: string): PostFeedQuery {
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
