import type { LoggedEvent, LoggedMembership, MembershipChange } from './delivery-history.ts';

/**
 * Finds the change behind each membership event. Each change is one event unless it changed nothing, or a request without
 * a response was repeated late: then those of the user and topic have none.
 */
export function matchChanges(
  events: readonly LoggedMembership[],
  changes: readonly MembershipChange[],
): ReadonlyMap<LoggedMembership, MembershipChange> {
  const matched = new Map<LoggedMembership, MembershipChange>();
  const changesOf = Map.groupBy(changes, pairOf);
  for (const [pair, ofPair] of Map.groupBy(events, pairOf)) {
    const intended = changesOf.get(pair) ?? [];
    if (ofPair.length !== intended.length) continue;
    const pairs = ofPair.flatMap((event, index) => {
      const change = intended[index];
      return change?.kind === event.kind ? [[event, change] as const] : [];
    });
    if (pairs.length === ofPair.length) for (const [event, change] of pairs) matched.set(event, change);
  }
  return matched;
}

export function pairOf({ user, topic }: { readonly user: string; readonly topic: string }): string {
  return `${user} ${topic}`;
}

export function isMembership(event: LoggedEvent): event is LoggedMembership {
  return event.kind === 'join' || event.kind === 'leave';
}
