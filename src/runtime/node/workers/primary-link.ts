import cluster from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import type { SharedLogPort } from '../../log/open-shared-log.ts';
import type { FromHost } from '../../log/sqlite/writer-port.ts';
import type { Bus } from '../../shared/bus.ts';
import { PostedError } from '../../shared/errors.ts';
import type { ServedUrls, Stop } from '../running.ts';
import { WorkerBus } from './worker-bus.ts';
import { type MetricsSnapshot, portVariable, type ToPrimary, type ToWorker } from './worker-messages.ts';

/** A worker's connection to the primary. */
export interface PrimaryLink {
  /** The port that all workers listen on. */
  readonly port: number;
  /** Resolves when the primary wants this worker to end. */
  readonly stop: Promise<Stop>;
  /** Reports that this worker accepts connections. */
  ready(urls: ServedUrls, snapshotOf: () => Promise<MetricsSnapshot>): void;
  /**
   * The metrics of all workers, in the Prometheus text format.
   *
   * @throws PostedError `unavailable` if the primary does not answer
   */
  readonly renderMetrics: () => Promise<string>;
  /** Connects the workers of this primary. */
  readonly bus: Bus;
  /** To the log that the primary shares with its workers, if it does. */
  readonly sharedLog: SharedLogPort;
}

/** Longer than the primary waits for the slowest worker. */
const scrapeTimeoutMs = 3000;

let link: PrimaryLink | null | undefined;

/**
 * Connects this process to its primary, if it is a worker; null otherwise. From the first call on, the process leaves
 * the signals to the primary, to which terminals and service managers send them as well.
 */
export function joinPrimary(): PrimaryLink | null {
  if (link === undefined) {
    const port = process.env[portVariable];
    // Process managers such as PM2 use node:cluster too.
    link = cluster.isWorker && port !== undefined ? createPrimaryLink(Number(port)) : null;
  }
  return link;
}

/** In a worker, its connection to the log that the primary shares; undefined in other processes. */
export function sharedLogPort(): SharedLogPort | undefined {
  return joinPrimary()?.sharedLog;
}

function createPrimaryLink(port: number): PrimaryLink {
  for (const signal of ['SIGINT', 'SIGUSR2'] as const) process.on(signal, () => {});
  const stop = Promise.withResolvers<Stop>();
  const scrapes = new Map<number, (text: string) => void>();
  let nextScrape = 0;
  const bus = new WorkerBus(send);
  let onLogMessage: ((message: FromHost) => void) | null = null;
  const disconnected = Promise.withResolvers<void>();
  process.once('disconnect', disconnected.resolve);
  let snapshot: (() => Promise<MetricsSnapshot>) | null = null;

  process.on('message', (message: ToWorker) => {
    if (message.kind === 'snapshot') {
      void sendSnapshot(message.scrape);
    } else if (message.kind === 'metrics') {
      scrapes.get(message.id)?.(message.text);
    } else if (message.kind === 'bus') {
      bus.received(message.node, message.messages);
    } else if (message.kind === 'log') {
      onLogMessage?.(message.message);
    } else if (message.kind === 'bus-nodes') {
      bus.joined(message.nodes);
    } else if (snapshot === null) {
      // The server has not started, so there is nothing to finish.
      process.exit(0);
    } else {
      stop.resolve({ drain: message.drain });
    }
  });

  async function sendSnapshot(scrape: number): Promise<void> {
    if (snapshot !== null) await send({ kind: 'snapshot', scrape, snapshot: await snapshot() });
  }

  return {
    port,
    stop: stop.promise,
    ready(urls, snapshotOf) {
      snapshot = snapshotOf;
      void send({ kind: 'ready', ...urls });
    },
    renderMetrics: async () => {
      const id = nextScrape;
      nextScrape += 1;
      const text = await Promise.race([
        new Promise<string>((resolve) => {
          scrapes.set(id, resolve);
          void send({ kind: 'scrape', id });
        }),
        wait(scrapeTimeoutMs, null, { ref: false }),
      ]);
      scrapes.delete(id);
      if (text === null)
        throw new PostedError('unavailable', 'The metrics of the workers are not available now.');
      return text;
    },
    bus,
    sharedLog: {
      send: (message) => void send({ kind: 'log', message }),
      listen(listener) {
        onLogMessage = listener;
      },
      closed: disconnected.promise,
    },
  };
}

/**
 * Resolves when the system has accepted the message. It is lost if the primary is gone, but then this process ends too.
 */
function send(message: ToPrimary): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
