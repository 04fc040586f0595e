import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeliveryObserver, DeliveryStats } from './feed/delivery.ts';

/** Metrics of resumable connections. */
export interface DeliveryMetrics extends DeliveryObserver {
  /** Where the gauges read what is going on, at each scrape. */
  watchDelivery(read: () => WatchedStats): void;
}

/** What is going on now. */
interface WatchedStats extends DeliveryStats {
  /** Sent and not yet taken by the sockets of all connections. */
  readonly queuedBytes: number;
}

const outcomes = ['live', 'expired', 'gone', 'failed'] as const;
const reasons = ['expired', 'epoch', 'future'] as const;

const gauges = {
  resumable: ['posted_resumable_connections', 'Open resumable connections.'],
  lagging: ['posted_resumable_lagging_connections', 'Resumable connections that have not caught up.'],
  unackedMessages: ['posted_resumable_unacked_messages', 'Posts sent and not yet acknowledged.'],
  queuedBytes: [
    'posted_websocket_queued_bytes',
    'Bytes sent and not yet taken by sockets. Frames are shared: memory is less.',
  ],
} as const satisfies Readonly<Record<keyof WatchedStats, readonly [name: string, help: string]>>;

export function createDeliveryMetrics(registry: Registry): DeliveryMetrics {
  const registers = [registry];
  const replays = new Counter({
    name: 'posted_replays_total',
    help: 'Replays that ended: caught up, place expired, client gone, or log not readable.',
    labelNames: ['outcome'],
    registers,
  });
  const resets = new Counter({
    name: 'posted_resets_total',
    help: 'Connections told that what they asked for is no longer there.',
    labelNames: ['reason'],
    registers,
  });
  for (const outcome of outcomes) replays.inc({ outcome }, 0);
  for (const reason of reasons) resets.inc({ reason }, 0);

  let read: (() => WatchedStats) | null = null;
  for (const [key, [name, help]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read?.()[key as keyof WatchedStats] ?? 0);
      },
    });
  }

  return {
    replayEnded: (outcome) => replays.inc({ outcome }),
    resetSent: (reason) => resets.inc({ reason }),
    watchDelivery(readStats) {
      read = readStats;
    },
  };
}
