import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReplayObserver } from '../../log/delivery/subscriber-source.ts';
import type { ServedMetrics, WatchedDelivery } from '../served-metrics.ts';

type DeliveryMetrics = ReplayObserver & Pick<ServedMetrics, 'watchDelivery'>;

const outcomes = ['live', 'expired', 'gone', 'failed'] as const;
const reasons = ['expired', 'epoch', 'future'] as const;

const gauges = {
  resumable: ['posted_resumable_connections', 'Open resumable connections.'],
  lagging: ['posted_resumable_lagging_connections', 'Resumable connections that have not caught up.'],
  unackedMessages: ['posted_resumable_unacked_messages', 'Messages sent but not yet acknowledged.'],
  queuedBytes: [
    'posted_websocket_queued_bytes',
    'Bytes sent but not yet taken by the sockets. Frames are shared, so they take less memory.',
  ],
  staleSeconds: ['posted_log_stale_seconds', 'Time since the log was last read.'],
} as const satisfies Readonly<Record<keyof WatchedDelivery, readonly [name: string, help: string]>>;

/** Metrics of the log and of resumable connections, which only a server with durable messages has. */
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

  let read: (() => WatchedDelivery) | null = null;
  for (const [key, [name, help]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read?.()[key as keyof WatchedDelivery] ?? 0);
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
