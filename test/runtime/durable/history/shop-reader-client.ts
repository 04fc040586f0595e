import { setTimeout as delay } from 'node:timers/promises';
import { type CursorStore, connect, memoryCursor } from '../../../../src/runtime/client/node.ts';
import type { LifeRecorder, ReaderRecorder } from '../../../support/history/delivery-recorder.ts';
import type { FaultProxy } from '../../../support/history/fault-proxy.ts';
import type { Disruption } from '../../../support/history/run-options.ts';
import { type OrdersClient, orders } from '../shop/generated/asyncapi/client.ts';
import type { OrdersQuery } from '../shop/generated/asyncapi/models.ts';
import type { OrdersSnapshot } from '../shop/read-orders.ts';
import { cancelledId, contentOf, identify, placedId, type ShopMessage } from './identify.ts';
import type { ShopReader } from './shop-schedule.ts';

export interface ShopReaderDeps {
  readonly name: string;
  readonly plan: ShopReader;
  readonly proxy: FaultProxy;
  /** A process that begins with a snapshot is a reader of its own. */
  readonly record: () => ReaderRecorder;
  /** Null once the run has ended. */
  readonly loadSnapshot: () => Promise<OrdersSnapshot | null>;
  /** Called with errors that a client must not have, whatever happens to its server. */
  readonly onProblem: (problem: string) => void;
}

/** One process of the client. */
interface Life {
  readonly client: OrdersClient;
  readonly recorder: LifeRecorder;
}

/** How often a stalled handler checks whether it may continue. */
const stallStepMs = 50;

/** A subscriber with the generated client, and an application that records what it receives. */
export class ShopReaderClient {
  readonly #deps: ShopReaderDeps;
  readonly #store: CursorStore = memoryCursor();
  /** By cursor, the id of its message. */
  readonly #ids = new Map<string, string>();
  #savedId: string | null = null;
  #recorder: ReaderRecorder | null = null;
  #life: Life | null = null;
  #beginning: Promise<void> = Promise.resolve();
  #stalledUntilMs = 0;
  #isClosed = false;

  constructor(deps: ShopReaderDeps) {
    this.#deps = deps;
  }

  get recorder(): ReaderRecorder | null {
    return this.#recorder;
  }

  /** Whether it must not miss a message from now on, or may. */
  get isSubscribed(): boolean {
    const { cursors } = this.#deps.plan;
    return cursors === 'snapshot' || (this.#recorder?.received ?? 0) > 0;
  }

  /** Starts a process of the client. */
  async begin(): Promise<void> {
    const { plan, loadSnapshot } = this.#deps;
    if (plan.cursors !== 'snapshot') {
      this.#recorder ??= this.#deps.record();
      this.#start(this.#recorder, queryOf(plan, this.#deps.name));
      return;
    }
    const recorder = this.#deps.record();
    this.#recorder = recorder;
    const snapshot = await loadSnapshot();
    if (snapshot === null || this.#isClosed) return;
    recorder.loaded(
      snapshot.orders.flatMap(({ orderId, customer, cents, isCancelled }) => [
        placedId(customer, cents),
        ...(isCancelled ? [cancelledId(orderId)] : []),
      ]),
    );
    this.#start(recorder, { since: snapshot.cursor });
  }

  #start(reader: ReaderRecorder, query: OrdersQuery): void {
    const { name, plan, proxy, onProblem } = this.#deps;
    const recorder = reader.begin(plan.cursors === 'store' ? this.#savedId : null);
    const client = connect(orders, {
      url: `ws://127.0.0.1:${proxy.port}`,
      params: { shopId: plan.shop },
      auth: plan.user,
      query,
      resume: plan.cursors !== 'none',
      cursor: plan.cursors === 'store' ? this.#trackedStore() : memoryCursor(),
      reconnect: { baseMs: 50, maxMs: 500 },
      onReset: async ({ reason }) => {
        await this.#whenRunning(life);
        recorder.wasReset(reason);
      },
      onError: (error) => onProblem(`${name}: ${error.code}: ${error.message}`),
    });
    const life: Life = { client, recorder };
    const handle = (message: ShopMessage & { readonly cursor?: string }) => this.#handle(life, message);
    client.on.orderPlaced(handle);
    client.on.orderCancelled(handle);
    client.on.noteAdded(handle);
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
    life?.client.close();
    // `onError` has reported a rejection.
    await life?.client.closed.catch(() => {});
  }

  /** Resolves when the application of that process is not stalled. Never resolves if the process has ended. */
  async #whenRunning(life: Life): Promise<void> {
    while (performance.now() < this.#stalledUntilMs) await pause(stallStepMs);
    if (this.#life !== life) await new Promise(() => {});
  }

  async #handle(life: Life, message: ShopMessage & { readonly cursor?: string }): Promise<void> {
    await this.#whenRunning(life);
    const id = identify(message);
    // Recorded last, since the cursor passes the message when its handler returns.
    life.recorder.received(id, contentOf(message));
    if (message.cursor !== undefined && this.#deps.plan.cursors === 'store')
      this.#ids.set(message.cursor, id);
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

function queryOf({ audience, show, cursors }: ShopReader, device: string): OrdersQuery {
  const query: OrdersQuery = {
    ...(audience === 'topic' ? { whose: 'mine' } : {}),
    ...(show === undefined ? {} : { show }),
  };
  switch (cursors) {
    case 'none':
      return query;
    case 'server':
      return { ...query, since: 'acked', device };
    default:
      return { ...query, since: 'now' };
  }
}
