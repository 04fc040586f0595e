import { type BusDropReason, maxBusMessageBytes } from '../../shared/bus.ts';

/** How much may wait, and for how long: a message about the present is worth nothing later. */
const limits = { messages: 10_000, bytes: 8_388_608, ageMs: 5000 };

/** What goes into one batch, so that a batch of several messages is far below the limits of the engines. */
const batchLimits = { messages: 256, bytes: 65_536 };

interface PendingMessage {
  readonly bytes: Uint8Array;
  readonly addedMs: number;
}

/** The messages that wait to be sent on a bus, bounded in number, bytes and age: the oldest are dropped. */
export class PendingMessages {
  readonly #onDropped: (reason: BusDropReason) => void;
  #messages: PendingMessage[] = [];
  /** The index of the oldest message; those before it are taken. */
  #first = 0;
  #bytes = 0;

  constructor(onDropped: (reason: BusDropReason) => void) {
    this.#onDropped = onDropped;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length > maxBusMessageBytes) {
      this.#onDropped('too_large');
      return;
    }
    this.#messages.push({ bytes, addedMs: performance.now() });
    this.#bytes += bytes.length;
    while (this.#length > limits.messages || this.#bytes > limits.bytes) {
      this.#shift();
      this.#onDropped('overflow');
    }
  }

  /** Takes the oldest messages: as many as fit into one batch, at least one. Empty if nothing is pending. */
  takeBatch(): readonly Uint8Array[] {
    this.#dropExpired();
    const batch: Uint8Array[] = [];
    let bytes = 0;
    for (let next = this.#oldest; next !== undefined; next = this.#oldest) {
      bytes += next.bytes.length;
      if (batch.length === batchLimits.messages || (bytes > batchLimits.bytes && batch.length > 0)) break;
      batch.push(next.bytes);
      this.#shift();
    }
    return batch;
  }

  get #oldest(): PendingMessage | undefined {
    return this.#messages[this.#first];
  }

  get #length(): number {
    return this.#messages.length - this.#first;
  }

  #dropExpired(): void {
    const oldestMs = performance.now() - limits.ageMs;
    for (let next = this.#oldest; next !== undefined && next.addedMs < oldestMs; next = this.#oldest) {
      this.#shift();
      this.#onDropped('expired');
    }
  }

  #shift(): void {
    this.#bytes -= this.#oldest?.bytes.length ?? 0;
    this.#first += 1;
    // Moving the rest is cheap when it is less than what was taken.
    if (this.#first * 2 < this.#messages.length) return;
    this.#messages = this.#messages.slice(this.#first);
    this.#first = 0;
  }
}
