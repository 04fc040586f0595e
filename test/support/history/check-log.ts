import type { DeliveryHistory, Operation } from './delivery-history.ts';
import { isMembership, matchChanges } from './match-changes.ts';
import type { Findings } from './verdict.ts';

/** Checks the log itself against the writes: each that was answered is in it once, in an order that they can have had. */
export function checkLog({ events, writes, memberships }: DeliveryHistory, findings: Findings): void {
  const byId = new Map(writes.map((write) => [write.id, write]));
  const logged = new Set<string>();
  const order = new LogOrder(findings);
  const operations = matchChanges(events.filter(isMembership), memberships);
  for (const event of events) {
    if (isMembership(event)) order.check(`${event.kind} (seq ${event.seq})`, operations.get(event));
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
    if (write.entity !== null && event.entity !== null && write.entity !== event.entity) {
      const detail = `${event.id} was answered with ${write.entity}, and is ${event.entity}`;
      findings.fault('unknown', 'log', write.sentMs, detail);
    }
    order.check(event.id, write);
  }
  for (const { id, sentMs, answeredMs } of writes) {
    if (answeredMs !== null && !logged.has(id)) findings.fault('lost', 'log', sentMs, id);
  }
}

/** Finds operations that were answered before others began, and come after them in the log. */
class LogOrder {
  readonly #findings: Findings;
  #latest: { readonly name: string; readonly sentMs: number } | null = null;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  check(name: string, operation: Operation | undefined): void {
    if (operation === undefined) return;
    const { sentMs, answeredMs } = operation;
    const latest = this.#latest;
    if (latest !== null && (answeredMs ?? Number.POSITIVE_INFINITY) < latest.sentMs) {
      this.#findings.fault('outOfOrder', 'log', sentMs, `${name} is after ${latest.name}`);
    }
    if (latest === null || sentMs > latest.sentMs) this.#latest = { name, sentMs };
  }
}
