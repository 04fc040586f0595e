import { checkLog } from './check-log.ts';
import type {
  DeliveryHistory,
  LoggedMessage,
  ReaderHistory,
  ReaderLife,
  ReceivedReset,
} from './delivery-history.ts';
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

/** Tolerated difference between the database's clock and that of the history, for resets of expired cursors. */
const clockSlackMs = 100;

/** How long after a deletion or an edit a node may still send what was there before. */
const changeSlackMs = 1000;

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
  /** When the application received something higher than all before, in order. */
  readonly #progress: { readonly atMs: number; readonly seq: number }[] = [];
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
      const version = message === undefined ? null : log.versionOf(message, content);
      if (message === undefined || version === null || atMs < version.fromMs) {
        this.#fault('unknown', atMs, `${id}: ${content.slice(0, 80)}`);
        continue;
      }
      const { seq } = message;
      while (waiting[0] !== undefined && waiting[0].atMs <= atMs)
        this.#checkReset(waiting.shift(), { resumedSeq, lastSeq, nextSeq: seq });
      const isRepeated = this.#received.has(seq);
      if (inLife.has(seq) || seq <= passedSeq) this.#fault('duplicated', atMs, id);
      else if (seq < lastSeq) this.#fault('outOfOrder', atMs, id);
      else if (isRepeated) findings.repeated += 1;
      else if (seq < highestBefore) this.#fault('outOfOrder', atMs, `${id} was skipped in an earlier life`);
      if (!isRepeated && !this.#maySee(message, atMs, version.replaced?.certainFromMs ?? null))
        this.#fault('leaked', atMs, id);
      this.#received.add(seq);
      inLife.add(seq);
      const membership = log.visibilityTo(this.#reader, message)?.membership;
      if (membership) this.#lastOf.set(membership, Math.max(seq, this.#lastOf.get(membership) ?? 0));
      lastSeq = Math.max(lastSeq, seq);
      if (seq <= this.#highestSeq) continue;
      this.#highestSeq = seq;
      this.#progress.push({ atMs, seq });
    }
    for (const reset of waiting) this.#checkReset(reset, { resumedSeq, lastSeq, nextSeq: null });
  }

  #checkReset(
    reset: ReceivedReset | undefined,
    {
      resumedSeq,
      lastSeq,
      nextSeq,
    }: { readonly resumedSeq: number; readonly lastSeq: number; readonly nextSeq: number | null },
  ): void {
    if (reset === undefined) return;
    const { history, findings } = this.#context;
    findings.resets += 1;
    const afterSeq = Math.max(lastSeq, this.#highestSeq);
    this.#gaps.push({ atMs: reset.atMs, afterSeq, beforeSeq: nextSeq });
    const passedSeq = Math.max(resumedSeq, lastSeq);
    const hasCause =
      reset.reason === 'epoch'
        ? history.epochBumps.some(
            ({ sentMs, answeredMs }) =>
              sentMs < reset.atMs && (answeredMs ?? Number.POSITIVE_INFINITY) > this.#reachedMs(passedSeq),
          )
        : reset.reason === 'expired' && this.#mayHaveExpired(reset, passedSeq);
    if (!hasCause) this.#fault('needlessReset', reset.atMs, `${reset.reason} after seq ${lastSeq}`);
  }

  /** Whether a cursor that had passed that message may have been refused, or what follows it may be incomplete. */
  #mayHaveExpired({ atMs }: ReceivedReset, seq: number): boolean {
    const { history, log } = this.#context;
    const { user, audience } = this.#reader;
    if (audience === 'topic' && log.hasBegunAgainAfter(user, seq)) return true;
    return history.retentionMs !== null && atMs - this.#reachedMs(seq) >= history.retentionMs - clockSlackMs;
  }

  /** A cursor that had passed that message had passed everything until this time. */
  #reachedMs(seq: number): number {
    const { log } = this.#context;
    const message = log.at(seq);
    return (message && log.writeOf(message)?.sentMs) ?? this.#reader.beganMs;
  }

  #isSubscribedTo(message: LoggedMessage): boolean {
    const { channel, messages } = this.#reader;
    return message.channel === channel && messages.includes(message.message);
  }

  /** `replacedMs`: when other content had certainly replaced what was received; null if unknown, or never. */
  #maySee(message: LoggedMessage, atMs: number, replacedMs: number | null): boolean {
    const { log } = this.#context;
    const { links, snapshot, beganMs, isResumable } = this.#reader;
    if (!this.#isSubscribedTo(message)) return false;
    const visibility = log.visibilityTo(this.#reader, message);
    if (visibility === null) return false;
    const write = log.writeOf(message);
    const isOlder = (write?.answeredMs ?? Number.POSITIVE_INFINITY) < beganMs;
    if (isOlder && snapshot === null) return false;
    if (!isResumable) return true;
    // What was missed of a membership that has ended is not replayed, nor is what was deleted or replaced.
    const latestMs = Math.min(
      atMs,
      visibility.membership?.endedMs ?? Number.POSITIVE_INFINITY,
      (log.redactionOf(message)?.certainFromMs ?? Number.POSITIVE_INFINITY) + changeSlackMs,
      (replacedMs ?? Number.POSITIVE_INFINITY) + changeSlackMs,
    );
    return links.some(
      ({ fromMs, toMs }) => fromMs <= latestMs && (toMs ?? Number.POSITIVE_INFINITY) >= (write?.sentMs ?? 0),
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
      // Nor is what was deleted, unless something after it was received before the deletion.
      const redaction = log.redactionOf(message);
      if (redaction !== undefined && this.#reachedBefore(redaction.fromMs) < seq) continue;
      if (this.#isExcused(message)) {
        findings.excused += 1;
        continue;
      }
      findings.expected += 1;
      this.#fault('lost', log.writeOf(message)?.sentMs ?? 0, `${id} (seq ${seq})`);
    }
  }

  /** The highest seq received before that time. */
  #reachedBefore(ms: number): number {
    return this.#progress.findLast(({ atMs }) => atMs < ms)?.seq ?? 0;
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
