import type { Bus, BusListener, BusState } from '../../../../src/runtime/shared/bus.ts';

/** A bus in memory: nodes connect to one topic. */
export class MemoryTopic {
  readonly #buses = new Map<string, MemoryBus>();
  #nextNode = 1;

  connect(): MemoryBus {
    const node = String(this.#nextNode++);
    const bus = new MemoryBus(node, this.#buses);
    this.#buses.set(node, bus);
    return bus;
  }
}

export class MemoryBus implements Bus {
  readonly #node: string;
  readonly #buses: ReadonlyMap<string, MemoryBus>;
  #listener: BusListener | null = null;
  #isDead = false;
  #isLosing = false;
  /** The messages that this node published. */
  readonly published: Uint8Array[] = [];
  state: BusState = 'down';

  constructor(node: string, buses: ReadonlyMap<string, MemoryBus>) {
    this.#node = node;
    this.#buses = buses;
  }

  get nodes(): ReadonlySet<string> {
    return new Set(
      [...this.#buses.values()].filter((bus) => bus !== this && bus.state === 'up').map((bus) => bus.#node),
    );
  }

  async start(listener: BusListener): Promise<void> {
    this.#listener = listener;
    this.change('up');
  }

  publish(message: Uint8Array): void {
    this.published.push(message);
    const isLost = this.#isLosing;
    this.#isLosing = false;
    if (isLost || this.#isDead || this.state === 'down') return;
    for (const bus of this.#buses.values()) {
      if (bus !== this) setImmediate(() => bus.receive(message, this.#node));
    }
  }

  async close(): Promise<void> {
    this.change('down');
  }

  receive(message: Uint8Array, node = 'stranger'): void {
    if (!this.#isDead && this.state === 'up') this.#listener?.onMessage(message, node);
  }

  change(state: BusState): void {
    this.state = state;
    this.#listener?.onChange(state);
  }

  /** Loses the next message that this node publishes. */
  loseNext(): void {
    this.#isLosing = true;
  }

  /** Ends the node without notice: the others do not know that yet. */
  kill(): void {
    this.#isDead = true;
  }
}
