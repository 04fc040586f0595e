import type { DeliveryHistory, IntendedWrite } from './delivery-history.ts';
import type { Findings } from './verdict.ts';

/** Checks the log itself against the writes: each that was answered is in it once, in an order that they can have had. */
export function checkLog({ events, writes }: DeliveryHistory, findings: Findings): void {
  const byId = new Map(writes.map((write) => [write.id, write]));
  const logged = new Set<string>();
  let latest: IntendedWrite | null = null;
  for (const event of events) {
    if (event.kind !== 'message') continue;
    const write = byId.get(event.id);
    if (write === undefined) {
      findings.fault('unknown', 'log', 0, event.id);
      continue;
    }
    if (logged.has(event.id)) {
      findings.fault('duplicated', 'log', write.sentMs, event.id);
      continue;
    }
    logged.add(event.id);
    if (latest !== null && (write.answeredMs ?? Number.POSITIVE_INFINITY) < latest.sentMs) {
      findings.fault('outOfOrder', 'log', write.sentMs, `${event.id} is after ${latest.id}`);
    }
    if (latest === null || write.sentMs > latest.sentMs) latest = write;
  }
  for (const { id, sentMs, answeredMs } of writes) {
    if (answeredMs !== null && !logged.has(id)) findings.fault('lost', 'log', sentMs, id);
  }
}
