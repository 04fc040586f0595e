import { setTimeout as delay } from 'node:timers/promises';
import { type CursorStore, memoryCursor } from '../../../src/runtime/client/node.ts';
import { contentOf } from './content-of.ts';
import type { AppReader, ConnectOptions, SubscribedClient } from './delivery-app.ts';
import type { LifeRecorder, ReaderRecorder } from './delivery-recorder.ts';
import type { PlannedReader } from './delivery-schedule.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { Disruption } from './run-options.ts';
import { within } from './within.ts';

export interface SubscriberDeps {
  readonly name: string;
  readonly plan: PlannedReader;
  readonly reader: AppReader;
  readonly proxy: FaultProxy;
  /** A process that begins with a snapshot is a reader of its own. */
  readonly record: () => ReaderRecorder;
  /** The longest pause between two attempts to connect. */
  readonly maxReconnectMs: number;
  readonly identify: (message: string, payload: object) => string;
  /** Called with the id of each message that its application receives. */
  readonly onReceived: (id: string) => void;
  /** Called with errors that a client must not have, whatever happens to its server. */
  readonly onProblem: (problem: string) => void;
}

/** One process of the client. */
interface Life {
  readonly client: SubscribedClient;
  readonly recorder: LifeRecorder;
}

/** How often a stalled handler checks whether it may continue. */
const stallStepMs = 50;
const closeTimeoutMs = 30_000;

/** A subscriber with the generated client, and an application that records what it receives. */
export class Subscriber {
  readonly #deps: SubscriberDeps;
  readonly #store: CursorStore = memoryCursor();
  /** By cursor, the id of its message. */
  readonly #ids = new Map<string, string>();
  #savedId: string | null = null;
  #recorder: ReaderRecorder | null = null;
  #life: Life | null = null;
  #beginning: Promise<void> = Promise.resolve();
  #stalledUntilMs = 0;
  #isClosed = false;

  constructor(deps: SubscriberDeps) {
    this.#deps = deps;
  }

  get name(): string {
    return this.#deps.name;
  }

  get recorder(): ReaderRecorder | null {
    return this.#recorder;
  }

  /** Whether it must not miss a message from now on, or may. */
  get isSubscribed(): boolean {
    return this.#deps.plan.cursors === 'snapshot' || (this.#recorder?.received ?? 0) > 0;
  }

  /** Starts a process of the client. */
  async begin(): Promise<void> {
    const { plan, reader, record } = this.#deps;
    if (plan.cursors !== 'snapshot') {
      this.#recorder ??= record();
      this.#start(this.#recorder, queryOf(plan, this.#deps.name));
      return;
    }
    const recorder = record();
    this.#recorder = recorder;
    const snapshot = await reader.loadSnapshot?.();
    if (!snapshot || this.#isClosed) return;
    recorder.loaded(snapshot.ids);
    this.#start(recorder, { since: snapshot.cursor });
  }

  #start(record: ReaderRecorder, query: ConnectOptions['query']): void {
    const { name, plan, reader, proxy, onProblem } = this.#deps;
    const recorder = record.begin(plan.cursors === 'store' ? this.#savedId : null);
    const client = reader.connect(
      {
        url: `ws://127.0.0.1:${proxy.port}`,
        query,
        resume: plan.cursors !== 'none',
        cursor: plan.cursors === 'store' ? this.#trackedStore() : memoryCursor(),
        reconnect: { baseMs: 50, maxMs: this.#deps.maxReconnectMs },
        onReset: async ({ reason }) => {
          await this.#whenRunning(life);
          recorder.wasReset(reason);
        },
        onError: (error) => onProblem(`${name}: ${error.code}: ${error.message}`),
      },
      (message, payload, cursor) => this.#handle(life, { message, payload, cursor }),
    );
    const life: Life = { client, recorder };
    this.#life = life;
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
        // Restarts may overlap.
        this.#beginning = this.#beginning.then(() => this.#restart(forMs));
        await this.#beginning;
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
    await this.#beginning;
    await this.#end();
  }

  async #restart(forMs: number): Promise<void> {
    if (this.#isClosed) return;
    await this.#end();
    if (this.#deps.plan.cursors === 'snapshot') this.#recorder?.left();
    await pause(forMs);
    if (!this.#isClosed) await this.begin();
  }

  /** Ends the process like kill -9: its application receives no further messages. */
  async #end(): Promise<void> {
    const life = this.#life;
    this.#life = null;
    this.#deps.proxy.drop(0);
    if (life === null) return;
    life.client.close();
    // `onError` has reported a rejection.
    const closed = life.client.closed.catch(() => {});
    await within(closeTimeoutMs, `the client of ${this.name} to close`, closed);
  }

  /** Resolves when the application of that process is not stalled. Never resolves if the process has ended. */
  async #whenRunning(life: Life): Promise<void> {
    while (performance.now() < this.#stalledUntilMs) await pause(stallStepMs);
    if (this.#life !== life) await new Promise(() => {});
  }

  async #handle(
    life: Life,
    { message, payload, cursor }: { message: string; payload: object; cursor: string | undefined },
  ): Promise<void> {
    await this.#whenRunning(life);
    const id = this.#deps.identify(message, payload);
    // Recorded last, since the cursor passes the message when its handler returns.
    life.recorder.received(id, contentOf(payload));
    this.#deps.onReceived(id);
    if (cursor !== undefined && this.#deps.plan.cursors === 'store') this.#ids.set(cursor, id);
  }

  /** A store that survives the process, and knows the message behind the saved cursor. */
  #trackedStore(): CursorStore {
    return {
      load: () => this.#store.load(),
      save: async (cursor) => {
        await this.#store.save(cursor);
        this.#savedId = this.#ids.get(cursor) ?? this.#savedId;
      },
    };
  }
}

/** The timer does not keep the process running. */
function pause(forMs: number): Promise<void> {
  return delay(forMs, undefined, { ref: false });
}

function queryOf({ cursors }: PlannedReader, device: string): ConnectOptions['query'] {
  switch (cursors) {
    case 'none':
      return {};
    case 'server':
      return { since: 'acked', device };
    default:
      return { since: 'now' };
  }
}
