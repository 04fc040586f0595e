import { setImmediate as nextTurn } from 'node:timers/promises';
import { PendingMessages } from '../../log/hints/pending-messages.ts';
import { atMost } from '../../shared/at-most.ts';
import type { Bus, BusListener, BusState } from '../../shared/bus.ts';
import type { BusMessages, ToPrimary } from './worker-messages.ts';

const closeTimeoutMs = 1000;

/** A worker's side of the bus between the workers of one primary, which relays every message to all others. */
export class WorkerBus implements Bus {
  /** Resolves when the system has accepted the message. */
  readonly #send: (message: ToPrimary) => Promise<void>;
  readonly #pending = new PendingMessages((reason) => this.#listener?.onDropped(reason));
  #nodes: ReadonlySet<string> = new Set();
  #listener: BusListener | null = null;
  #state: BusState = 'down';
  #sending: Promise<void> | null = null;
  #isClosed = false;

  constructor(send: (message: ToPrimary) => Promise<void>) {
    this.#send = send;
  }

  get state(): BusState {
    return this.#state;
  }

  get nodes(): ReadonlySet<string> {
    return this.#nodes;
  }

  async start(listener: BusListener): Promise<void> {
    this.#listener = listener;
    await this.#send({ kind: 'bus-join' });
  }

  publish(message: Uint8Array): void {
    this.#pending.add(message);
    if (this.#state === 'up') this.#sending ??= this.#sendPending();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#sending !== null) await atMost(closeTimeoutMs, this.#sending);
    void this.#send({ kind: 'bus-leave' });
    this.#nodes = new Set();
    this.#change('down');
  }

  /** Called when another worker has joined or left, and first when this one has joined. */
  joined(nodes: readonly string[]): void {
    if (this.#isClosed) return;
    this.#nodes = new Set(nodes);
    if (this.#state === 'up') return;
    this.#change('up');
    this.#sending ??= this.#sendPending();
  }

  received(node: string, messages: BusMessages): void {
    for (const message of messages) this.#listener?.onMessage(Buffer.from(message, 'latin1'), node);
  }

  #change(state: BusState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#listener?.onChange(state);
  }

  /** Sends one batch at a time, so that what waits for a slow primary is bounded. */
  async #sendPending(): Promise<void> {
    // What is published in the same turn of the event loop goes into one message.
    await nextTurn();
    for (let batch = this.#pending.takeBatch(); batch.length > 0; batch = this.#pending.takeBatch()) {
      await this.#send({ kind: 'bus', messages: batch.map(toLatin1) });
    }
    this.#sending = null;
  }
}

function toLatin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
