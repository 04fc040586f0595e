import type { DeliveryStats, ReplayObserver } from 'posted/log';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Metrics of the log and of resumable connections. */
export interface DeliveryMetrics extends ReplayObserver {
  /** Sets where the gauges are read at each scrape. */
  watchDelivery(read: () => WatchedStats): void;
}

interface WatchedStats extends DeliveryStats {
  /** Sent but not yet taken by the sockets, of all connections. */
  readonly queuedBytes: number;
  /** Since the last successful read of the log. */
  readonly staleSeconds: number;
}

const outcomes = ['live', 'expired', 'gone', 'failed'] as const;
const reasons = ['expired', 'epoch', 'future'] as const;

const gauges = {
  resumable: ['posted_resumable_connections', 'Open resumable connections.'],
  lagging: ['posted_resumable_lagging_connections', 'Resumable connections that have not caught up.'],
  unackedMessages: ['posted_resumable_unacked_messages', 'Posts sent but not yet acknowledged.'],
  queuedBytes: [
    'posted_websocket_queued_bytes',
    'Bytes sent but not yet taken by the sockets. Frames are shared, so they take less memory.',
  ],
  staleSeconds: ['posted_log_stale_seconds', 'Time since the log was last read.'],
} as const satisfies Readonly<Record<keyof WatchedStats, readonly [name: string, help: string]>>;

export function createDeliveryMetrics(registry: Registry): DeliveryMetrics {
  const registers = [registry];
  const replays = new Counter({
    name: 'posted_replays_total',
    help: 'Replays that ended, by outcome: live (caught up), expired, gone (client left), failed (log not readable).',
    labelNames: ['outcome'],
    registers,
  });
  const resets = new Counter({
    name: 'posted_resets_total',
    help: 'Resets sent because the events after a cursor are not in the log, by reason.',
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
