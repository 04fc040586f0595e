import type { DeliveryHistory, LoggedMessage, MembershipChange, Operation } from './delivery-history.ts';

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

/** The log at the end of a run: what is in it, and who was in which topic at each of its events. */
export class FinalLog {
  /** By `seq`; of one that is in the log twice, the first. */
  readonly messages: readonly LoggedMessage[];
  readonly #byId = new Map<string, LoggedMessage>();
  readonly #writes: ReadonlyMap<string, Operation>;
  readonly #memberships = new Map<string, Membership[]>();

  constructor({ events, writes, memberships }: DeliveryHistory) {
    for (const event of events) {
      if (event.kind === 'message' && !this.#byId.has(event.id)) this.#byId.set(event.id, event);
    }
    this.messages = [...this.#byId.values()];
    this.#writes = new Map(writes.map((write) => [write.id, write]));
    const changes = Map.groupBy(memberships, pairOf);
    const logged = events.filter((event) => event.kind !== 'message');
    for (const [pair, ofPair] of Map.groupBy(logged, pairOf)) {
      const intended = changes.get(pair) ?? [];
      this.#memberships.set(pair, toMemberships(ofPair, intended));
    }
  }

  find(id: string): LoggedMessage | undefined {
    return this.#byId.get(id);
  }

  writeOf({ id }: LoggedMessage): Operation | undefined {
    return this.#writes.get(id);
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
}

function pairOf({ user, topic }: { readonly user: string; readonly topic: string }): string {
  return `${user} ${topic}`;
}

/** Each change is one event unless a request without a response was repeated late: then no end has a known time. */
function toMemberships(
  events: readonly { readonly kind: 'join' | 'leave'; readonly seq: number }[],
  intended: readonly MembershipChange[],
): Membership[] {
  const areMatched =
    events.length === intended.length && events.every(({ kind }, index) => kind === intended[index]?.kind);
  const memberships: Membership[] = [];
  for (const [index, { kind, seq }] of events.entries()) {
    if (kind === 'join') {
      memberships.push({ fromSeq: seq, toSeq: null, endedMs: null });
      continue;
    }
    const open = memberships.pop();
    const endedMs = areMatched ? (intended[index]?.answeredMs ?? null) : null;
    if (open !== undefined) memberships.push({ ...open, toSeq: seq, endedMs });
  }
  return memberships;
}
