import { randomUUID } from 'node:crypto';
import type { Bus, BusListener, BusState } from '../../shared/bus.ts';
import type { Log } from '../../shared/log.ts';
import type { ConnectToBroker } from './broker-connection.ts';
import { BrokerLog } from './broker-log.ts';
import type { BrokerUrl } from './broker-url.ts';
import { decodeEnvelope, encodeEnvelope } from './bus-envelope.ts';
import { PendingMessages } from './pending-messages.ts';
import { type BrokerTraffic, heartbeat, ReconnectingConnection } from './reconnecting-connection.ts';

export interface BrokerBusOptions {
  readonly url: BrokerUrl;
  readonly log: Log;
  /** Loads the engine's client. */
  readonly load: () => Promise<ConnectToBroker>;
}

/** A node that was not heard for this long has left: it has missed two heartbeats. */
const silentMs = heartbeat.intervalMs * heartbeat.maxMissed + 500;

/** More than any application has: beyond that, somebody makes up ids. */
const maxNodes = 1000;

/** A bus on any engine. All nodes publish on one topic; the heartbeats that keep the connection say who is there. */
export class BrokerBus implements Bus {
  readonly #options: BrokerBusOptions;
  readonly #node = randomUUID();
  readonly #pending = new PendingMessages((reason) => this.#listener?.onDropped(reason));
  /** When each of the other nodes was last heard. */
  readonly #heardMs = new Map<string, number>();
  #listener: BusListener | null = null;
  #connection: ReconnectingConnection | null = null;
  #isHeartbeatPending = false;
  #isLeaving = false;

  constructor(options: BrokerBusOptions) {
    this.#options = options;
  }

  get state(): BusState {
    return this.#connection?.state ?? 'down';
  }

  get nodes(): ReadonlySet<string> {
    this.#forgetSilent();
    return new Set(this.#heardMs.keys());
  }

  async start(listener: BusListener): Promise<void> {
    const { url, log, load } = this.#options;
    this.#listener = listener;
    const connect = await load();
    if (this.#isLeaving) return;
    this.#connection = new ReconnectingConnection({
      url,
      connect,
      log: new BrokerLog(log, url.name, 'rooms and kick reach only the connections of this server'),
      traffic: this.#createTraffic(),
    });
    this.#connection.start();
  }

  publish(message: Uint8Array): void {
    this.#pending.add(message);
    this.#connection?.send();
  }

  async close(): Promise<void> {
    this.#isLeaving = true;
    this.#beat();
    await this.#connection?.flush();
    await this.#connection?.close();
  }

  #createTraffic(): BrokerTraffic {
    return {
      take: () => this.#take(),
      beat: () => {
        this.#isHeartbeatPending = true;
      },
      read: (bytes) => this.#read(bytes),
      published() {},
      changed: (state) => {
        if (state === 'down') this.#heardMs.clear();
        this.#listener?.onChange(state);
      },
    };
  }

  /** Makes the node heard, although it may have nothing to say. */
  #beat(): void {
    this.#isHeartbeatPending = true;
    this.#connection?.send();
  }

  #take(): Buffer | null {
    const messages = this.#pending.takeBatch();
    if (messages.length === 0 && !this.#isHeartbeatPending) return null;
    // While this node leaves, its last envelope follows the messages.
    this.#isHeartbeatPending = this.#isLeaving && messages.length > 0;
    return encodeEnvelope({ node: this.#node, messages, isLast: this.#isLeaving && messages.length === 0 });
  }

  #read(bytes: Uint8Array): boolean {
    const envelope = decodeEnvelope(bytes);
    if (typeof envelope === 'string') {
      this.#listener?.onDropped(envelope);
      return false;
    }
    const { node, messages, isLast } = envelope;
    if (node === this.#node) return true;
    if (isLast) this.#heardMs.delete(node);
    else this.#heard(node);
    for (const message of messages) this.#listener?.onMessage(message, node);
    return false;
  }

  #heard(node: string): void {
    const isNew = !this.#heardMs.has(node);
    if (isNew) {
      this.#forgetSilent();
      if (this.#heardMs.size >= maxNodes) return;
      // So that the new node knows this one without waiting for the next heartbeat.
      this.#beat();
    }
    this.#heardMs.set(node, performance.now());
  }

  #forgetSilent(): void {
    const oldestMs = performance.now() - silentMs;
    for (const [node, heardMs] of this.#heardMs) {
      if (heardMs < oldestMs) this.#heardMs.delete(node);
    }
  }
}
