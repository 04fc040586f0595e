import type {
  DeliveryHistory,
  IntendedWrite,
  LoggedMembership,
  LoggedMessage,
  LoggedRedaction,
  MembershipChange,
} from './delivery-history.ts';
import { isMembership, matchChanges, pairOf } from './match-changes.ts';

/** From the event at `fromSeq` to the one at `toSeq`, exclusively. */
export interface Membership {
  readonly fromSeq: number;
  /** Null until the end. */
  readonly toSeq: number | null;
  /** The time when its end was certainly in effect; null if unknown. */
  readonly endedMs: number | null;
}

/** Why somebody gets a message: by their membership, or regardless of it. */
export type Visibility = { readonly membership: Membership | null };

/** A content of a message: when it was appended, and since it was replaced. */
interface Version {
  readonly content: string;
  readonly cause: Cause;
}

/** An event that has changed a message. */
interface Cause {
  readonly seq: number;
  /** It was not in effect before. */
  readonly fromMs: number;
  /** It was certainly in effect from here on; null if unknown. */
  readonly certainFromMs: number | null;
}

/** The log at the end of a run: what is in it, and who was in which topic at each of its events. */
export class FinalLog {
  /** By `seq`; of one that is in the log twice, the first. */
  readonly messages: readonly LoggedMessage[];
  readonly #byId = new Map<string, LoggedMessage>();
  readonly #bySeq = new Map<number, LoggedMessage>();
  readonly #writes: ReadonlyMap<string, IntendedWrite>;
  readonly #memberships = new Map<string, Membership[]>();
  /** By message, the contents that replaced its own. */
  readonly #revisions = new Map<LoggedMessage, Version[]>();
  readonly #redactions = new Map<LoggedMessage, Cause>();

  constructor({ events, writes, memberships }: DeliveryHistory) {
    for (const event of events) {
      if (event.kind !== 'message' || this.#byId.has(event.id)) continue;
      this.#byId.set(event.id, event);
      this.#bySeq.set(event.seq, event);
    }
    this.messages = [...this.#byId.values()];
    this.#writes = new Map(writes.map((write) => [write.id, write]));
    this.#readChanges(events.filter((event) => !isMembership(event)));
    const logged = events.filter(isMembership);
    const changes = matchChanges(logged, memberships);
    for (const [pair, ofPair] of Map.groupBy(logged, pairOf)) {
      this.#memberships.set(pair, toMemberships(ofPair, changes));
    }
  }

  find(id: string): LoggedMessage | undefined {
    return this.#byId.get(id);
  }

  at(seq: number): LoggedMessage | undefined {
    return this.#bySeq.get(seq);
  }

  writeOf({ id }: LoggedMessage): IntendedWrite | undefined {
    return this.#writes.get(id);
  }

  /** The event that removed the message from the log; undefined if none has. */
  redactionOf(message: LoggedMessage): Cause | undefined {
    return this.#redactions.get(message);
  }

  /** Whether the message had that content, and the event that replaced it, if any. Null if it never had it. */
  versionOf(
    message: LoggedMessage,
    content: string,
  ): { readonly fromMs: number; readonly replaced?: Cause } | null {
    const revisions = this.#revisions.get(message) ?? [];
    if (message.content === content) {
      return {
        fromMs: this.writeOf(message)?.sentMs ?? 0,
        ...(revisions[0] && { replaced: revisions[0].cause }),
      };
    }
    const index = revisions.findIndex((revision) => revision.content === content);
    const [revision, next] = revisions.slice(index);
    if (index === -1 || revision === undefined) return null;
    return { fromMs: revision.cause.fromMs, ...(next && { replaced: next.cause }) };
  }

  /** Null if the user does not get the message. */
  visibilityTo(
    { user, audience }: { readonly user: string; readonly audience: 'everyone' | 'topic' },
    { seq, topic, also }: LoggedMessage,
  ): Visibility | null {
    if (audience === 'everyone' || also.includes(user)) return { membership: null };
    const membership = this.#membershipsOf(user, topic).find(
      ({ fromSeq, toSeq }) => fromSeq < seq && (toSeq === null || seq < toSeq),
    );
    return membership === undefined ? null : { membership };
  }

  /** Whether a membership of the user ended after `seq` and has begun again. */
  hasBegunAgainAfter(user: string, seq: number): boolean {
    for (const [pair, memberships] of this.#memberships) {
      if (!pair.startsWith(`${user} `)) continue;
      const endsAfter = memberships.findIndex(({ toSeq }) => toSeq !== null && toSeq > seq);
      if (endsAfter !== -1 && endsAfter < memberships.length - 1) return true;
    }
    return false;
  }

  #membershipsOf(user: string, topic: string): readonly Membership[] {
    return this.#memberships.get(pairOf({ user, topic })) ?? [];
  }

  #readChanges(events: readonly (LoggedMessage | LoggedRedaction)[]): void {
    const ofEntity = new Map<string, LoggedMessage[]>();
    let fromMs = 0;
    for (const event of events) {
      const write = event.kind === 'message' ? this.writeOf(event) : undefined;
      // An event is later than those before it in the log.
      fromMs = Math.max(fromMs, write?.sentMs ?? 0);
      const { seq, entity } = event;
      if (entity === null) continue;
      const cause = { seq, fromMs, certainFromMs: write?.answeredMs ?? null };
      const earlier = ofEntity.get(entity) ?? [];
      if (event.kind === 'redact' || event.redacts) {
        for (const message of earlier) this.#redactions.set(message, cause);
        ofEntity.delete(entity);
      } else if (event.revises !== null) {
        const revised = earlier.find(({ message }) => message === event.revises);
        if (revised !== undefined) this.#revise(revised, { content: event.content, cause });
      }
      if (event.kind === 'message') ofEntity.set(entity, [...(ofEntity.get(entity) ?? []), event]);
    }
  }

  #revise(message: LoggedMessage, version: Version): void {
    const revisions = this.#revisions.get(message);
    if (revisions === undefined) this.#revisions.set(message, [version]);
    else revisions.push(version);
  }
}

function toMemberships(
  events: readonly LoggedMembership[],
  changes: ReadonlyMap<LoggedMembership, MembershipChange>,
): Membership[] {
  const memberships: Membership[] = [];
  for (const event of events) {
    if (event.kind === 'join') {
      memberships.push({ fromSeq: event.seq, toSeq: null, endedMs: null });
      continue;
    }
    const open = memberships.pop();
    const endedMs = changes.get(event)?.answeredMs ?? null;
    if (open !== undefined) memberships.push({ ...open, toSeq: event.seq, endedMs });
  }
  return memberships;
}
