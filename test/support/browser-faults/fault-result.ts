import type { Fault, FaultPeriod } from './fault.ts';
import type { Numbered } from './numbered-publisher.ts';
import type { Tab } from './tab.ts';

/** What became of the messages that were published before, during and after a fault. */
export interface FaultResult {
  readonly fault: Fault;
  readonly published: number;
  readonly lost: number;
  readonly duplicated: number;
  /** How long the fault lasted; 0 for one that only concerns the connections that were open. */
  readonly lastedMs: number;
  /** How long after it began the last client was not open any more. Null: the connection was kept. */
  readonly noticedMs: number | null;
  /** How late the latest message was: after it was published, or after the end of the fault during which it was. */
  readonly latestMs: number;
  /** Errors that clients have reported. */
  readonly problems: readonly string[];
}

export function resultOf(
  fault: Fault,
  { startMs, endMs }: FaultPeriod,
  published: readonly Numbered[],
  tabs: readonly Pick<Tab, 'received' | 'problems' | 'leftOpenMs'>[],
): FaultResult {
  const dueMs = new Map(published.map(({ number, atMs }) => [number, Math.max(atMs, endMs)]));
  let [lost, duplicated, latestMs] = [0, 0, 0];
  let noticedMs: number | null = null;
  for (const tab of tabs) {
    const { received } = tab;
    const numbers = new Set(received.map(({ number }) => number));
    lost += published.filter(({ number }) => !numbers.has(number)).length;
    duplicated += received.length - numbers.size;
    for (const { number, atMs } of received)
      latestMs = Math.max(latestMs, atMs - (dueMs.get(number) ?? atMs));
    const leftMs = tab.leftOpenMs(startMs);
    if (leftMs !== null) noticedMs = Math.max(noticedMs ?? 0, leftMs - startMs);
  }
  return {
    fault,
    published: published.length,
    lost,
    duplicated,
    lastedMs: endMs - startMs,
    noticedMs,
    latestMs,
    problems: tabs.flatMap(({ problems }) => problems),
  };
}

/** Whether every message has arrived once, and no client has reported an error. */
export function isFlawless({ lost, duplicated, problems }: FaultResult): boolean {
  return lost + duplicated + problems.length === 0;
}
