import { checkLog } from './check-log.ts';
import type { DeliveryHistory, LoggedMessage, ReaderHistory, ReaderLife } from './delivery-history.ts';
import { FinalLog, type Membership } from './final-log.ts';
import { type FaultKind, Findings, type Verdict } from './verdict.ts';

/**
 * Compares what each reader received with the log at the end: by room, by group of messages, and by audience with the
 * memberships at each event's position. Only certain faults count.
 */
export function checkDeliveries(history: DeliveryHistory): Verdict {
  const findings = new Findings();
  const log = new FinalLog(history);
  checkLog(history, findings);
  for (const reader of history.readers) new ReaderCheck(reader, { history, log, findings }).run();
  return findings.verdict();
}

interface Context {
  readonly history: DeliveryHistory;
  readonly log: FinalLog;
  readonly findings: Findings;
}

/** A reset, and the received messages around it. */
interface Gap {
  readonly atMs: number;
  readonly afterSeq: number;
  /** Null without a message after the reset. */
  readonly beforeSeq: number | null;
}

class ReaderCheck {
  readonly #reader: ReaderHistory;
  readonly #context: Context;
  /** The seqs of what was received in all lives. */
  readonly #received = new Set<number>();
  readonly #gaps: Gap[] = [];
  /** The highest received seq of each membership. */
  readonly #lastOf = new Map<Membership, number>();
  #highestSeq = 0;

  constructor(reader: ReaderHistory, context: Context) {
    this.#reader = reader;
    this.#context = context;
  }

  run(): void {
    const snapshotSeq = this.#checkSnapshot();
    this.#highestSeq = snapshotSeq ?? 0;
    for (const life of this.#reader.lives) this.#checkLife(life, snapshotSeq ?? 0);
    if (this.#reader.isResumable) this.#checkMissing(snapshotSeq);
  }

  /** A snapshot contains everything up to some seq, and nothing after it. Returns that seq; null without a snapshot. */
  #checkSnapshot(): number | null {
    const { snapshot, beganMs } = this.#reader;
    if (snapshot === null) return null;
    const { log } = this.#context;
    const seqs = snapshot.flatMap((id) => {
      const message = log.find(id);
      if (message === undefined) this.#fault('unknown', beganMs, `${id} in the snapshot`);
      return message?.seq ?? [];
    });
    const contained = new Set(seqs);
    const lastSeq = seqs.reduce((last, seq) => Math.max(last, seq), 0);
    for (const message of log.messages) {
      if (message.seq > lastSeq) break;
      if (this.#isSubscribedTo(message) && !contained.has(message.seq)) {
        this.#fault('lost', beganMs, `${message.id} is missing in the snapshot`);
      }
    }
    return lastSeq;
  }

  #checkLife({ resumedAfter, received, resets }: ReaderLife, snapshotSeq: number): void {
    const { log, findings } = this.#context;
    const resumedSeq = resumedAfter === null ? 0 : (log.find(resumedAfter)?.seq ?? 0);
    const passedSeq = Math.max(resumedSeq, snapshotSeq);
    const highestBefore = this.#highestSeq;
    const waiting = [...resets];
    const inLife = new Set<number>();
    let lastSeq = 0;
    for (const { atMs, id, content } of received) {
      findings.seen += 1;
      const message = log.find(id);
      if (message?.content !== content) {
        this.#fault('unknown', atMs, `${id}: ${content.slice(0, 80)}`);
        continue;
      }
      const { seq } = message;
      while (waiting[0] !== undefined && waiting[0].atMs <= atMs)
        this.#checkReset(waiting.shift(), lastSeq, seq);
      const isRepeated = this.#received.has(seq);
      if (inLife.has(seq) || seq <= passedSeq) this.#fault('duplicated', atMs, id);
      else if (seq < lastSeq) this.#fault('outOfOrder', atMs, id);
      else if (isRepeated) findings.repeated += 1;
      else if (seq < highestBefore) this.#fault('outOfOrder', atMs, `${id} was skipped in an earlier life`);
      if (!isRepeated && !this.#maySee(message, atMs)) this.#fault('leaked', atMs, id);
      this.#received.add(seq);
      inLife.add(seq);
      const membership = log.visibilityTo(this.#reader, message)?.membership;
      if (membership) this.#lastOf.set(membership, Math.max(seq, this.#lastOf.get(membership) ?? 0));
      lastSeq = Math.max(lastSeq, seq);
      this.#highestSeq = Math.max(this.#highestSeq, seq);
    }
    for (const reset of waiting) this.#checkReset(reset, lastSeq, null);
  }

  #checkReset(
    reset: ReaderLife['resets'][number] | undefined,
    lastSeq: number,
    nextSeq: number | null,
  ): void {
    if (reset === undefined) return;
    const { history, log, findings } = this.#context;
    findings.resets += 1;
    const afterSeq = Math.max(lastSeq, this.#highestSeq);
    this.#gaps.push({ atMs: reset.atMs, afterSeq, beforeSeq: nextSeq });
    const { user, audience } = this.#reader;
    const hasCause =
      reset.reason === 'epoch'
        ? history.epochBumps.some(({ sentMs }) => sentMs < reset.atMs)
        : reset.reason === 'expired' && audience === 'topic' && log.hasBegunAgainAfter(user, lastSeq);
    if (!hasCause) this.#fault('needlessReset', reset.atMs, `${reset.reason} after seq ${lastSeq}`);
  }

  #isSubscribedTo(message: LoggedMessage): boolean {
    const { channel, messages } = this.#reader;
    return message.channel === channel && messages.includes(message.message);
  }

  #maySee(message: LoggedMessage, atMs: number): boolean {
    const { log } = this.#context;
    const { links, snapshot, beganMs, isResumable } = this.#reader;
    if (!this.#isSubscribedTo(message)) return false;
    const visibility = log.visibilityTo(this.#reader, message);
    if (visibility === null) return false;
    const write = log.writeOf(message);
    const isOlder = (write?.answeredMs ?? Number.POSITIVE_INFINITY) < beganMs;
    if (isOlder && snapshot === null) return false;
    const endedMs = visibility.membership?.endedMs ?? null;
    if (endedMs === null || !isResumable) return true;
    // What was missed of a membership that has ended is not replayed.
    return links.some(
      ({ fromMs, toMs }) =>
        fromMs <= Math.min(atMs, endedMs) && (toMs ?? Number.POSITIVE_INFINITY) >= (write?.sentMs ?? 0),
    );
  }

  #checkMissing(snapshotSeq: number | null): void {
    const { log, findings } = this.#context;
    const firstSeq =
      snapshotSeq ??
      this.#received.keys().reduce((first, seq) => Math.min(first, seq), Number.POSITIVE_INFINITY);
    for (const message of log.messages) {
      const { seq, id } = message;
      if (seq <= firstSeq || !this.#isSubscribedTo(message)) continue;
      const visibility = log.visibilityTo(this.#reader, message);
      if (visibility === null) continue;
      if (this.#received.has(seq)) {
        findings.expected += 1;
        continue;
      }
      if (this.#reader.hasLeft && seq > this.#highestSeq) continue;
      // Of a membership that has ended, only what came before something received of it must have been received.
      const { membership } = visibility;
      if (membership !== null && membership.toSeq !== null && (this.#lastOf.get(membership) ?? 0) < seq)
        continue;
      if (this.#isExcused(message)) {
        findings.excused += 1;
        continue;
      }
      findings.expected += 1;
      this.#fault('lost', log.writeOf(message)?.sentMs ?? 0, `${id} (seq ${seq})`);
    }
  }

  #isExcused(message: LoggedMessage): boolean {
    const sentMs = this.#context.log.writeOf(message)?.sentMs ?? 0;
    return this.#gaps.some(
      ({ atMs, afterSeq, beforeSeq }) =>
        message.seq > afterSeq && sentMs <= atMs && (beforeSeq === null || message.seq < beforeSeq),
    );
  }

  #fault(kind: FaultKind, atMs: number, detail: string): void {
    this.#context.findings.fault(kind, this.#reader.name, atMs, detail);
  }
}
