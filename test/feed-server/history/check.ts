import { Friendships } from './friendships.ts';
import {
  type ClientHistory,
  type History,
  type IntendedPost,
  type Life,
  latestMs,
  type SeenReset,
} from './history.ts';
import { IntendedPosts } from './intended-posts.ts';
import { Sights } from './sights.ts';
import { type FaultKind, Findings, type Verdict } from './verdict.ts';
import { entitledUntilMs, maySee } from './visibility.ts';

/**
 * The server's clock and that of the history run on different counters; a reset for age that is early
 * by less than this is none to complain of.
 */
const clockSlackMs = 100;

/** Decides what of a history is certainly wrong: docs/decisions/0007-history-checker.md has the rules. */
export function check(history: History): Verdict {
  const posts = new IntendedPosts(history.posts);
  const friendships = new Friendships(history.friendChanges);
  const findings = new Findings();
  for (const client of history.clients) {
    new ClientCheck(client, { history, posts, friendships, findings }).run();
  }
  return findings.verdict();
}

interface Context {
  readonly history: History;
  readonly posts: IntendedPosts;
  readonly friendships: Friendships;
  readonly findings: Findings;
}

class ClientCheck {
  readonly #client: ClientHistory;
  readonly #context: Context;
  /** Of all lives. */
  readonly #sights = new Sights();

  constructor(client: ClientHistory, context: Context) {
    this.#client = client;
    this.#context = context;
  }

  run(): void {
    for (const life of this.#client.lives) this.#checkLife(life);
    this.#checkMissing();
  }

  #checkLife(life: Life): void {
    const { posts, friendships, findings } = this.#context;
    const known = this.#sights.upTo(life.resumedAfter);
    const inLife = new Sights();
    for (const seen of life.seen) {
      findings.seen += 1;
      const post = posts.recognise(seen);
      if (post === null) {
        this.#fault('unknown', seen.atMs, `${seen.postId} of ${seen.author}: ${seen.text.slice(0, 80)}`);
        continue;
      }
      if (inLife.has(post) || known.has(post)) {
        this.#fault('duplicated', seen.atMs, post.key);
        continue;
      }
      const isRepeated = this.#sights.has(post);
      if (isRepeated) findings.repeated += 1;
      if (inLife.holdsLaterOfAuthor(post) || (!isRepeated && this.#wasPassedOver(post))) {
        this.#fault('outOfOrder', seen.atMs, `${post.key} came after a later post of its author`);
      }
      if (!maySee(this.#client, post, friendships)) this.#fault('leaked', seen.atMs, post.key);
      inLife.add(post, seen.atMs);
      this.#sights.add(post, seen.atMs);
    }
    this.#checkResets(life, inLife);
  }

  #checkResets({ resets, resumedAfter }: Life, inLife: Sights): void {
    const { posts, findings } = this.#context;
    const resumed = resumedAfter === null ? undefined : posts.byKey(resumedAfter);
    const beganMs = resumed?.sentMs ?? this.#client.subscribed.sentMs;
    for (const reset of resets) {
      findings.resets += 1;
      const reachedMs = Math.max(beganMs, inLife.reachedMs(reset.atMs));
      if (this.#hasCause(reset, reachedMs)) continue;
      const reached = `its cursor had reached ${Math.round(reachedMs)} ms`;
      this.#fault('needlessReset', reset.atMs, `${reset.reason}, though ${reached}`);
    }
  }

  /** Whether the cursor, which was certainly behind everything created before `reachedMs`, may have become void. */
  #hasCause({ atMs, reason }: SeenReset, reachedMs: number): boolean {
    const { retentionMs, epochBumps } = this.#context.history;
    if (reason === 'expired') return atMs - reachedMs >= retentionMs - clockSlackMs;
    if (reason === 'epoch')
      return epochBumps.some((bump) => bump.sentMs < atMs && latestMs(bump) > reachedMs);
    // What was answered with 200 is on disk: the log never ends before a cursor.
    return false;
  }

  #checkMissing(): void {
    const { history, friendships, findings } = this.#context;
    for (const post of history.posts) {
      const untilMs = entitledUntilMs(this.#client, post, friendships);
      if (untilMs === null || !this.#wasDueBy(post, untilMs)) continue;
      if (this.#sights.has(post)) {
        findings.expected += 1;
      } else if (this.#isExcused(post)) {
        findings.excused += 1;
      } else {
        findings.expected += 1;
        this.#fault('lost', post.sentMs, `${post.key}, answered with ${post.postId}`);
      }
    }
  }

  /** Whether the client had to see the post before that moment: always, if it has for ever; else if it saw a later one. */
  #wasDueBy(post: IntendedPost, untilMs: number): boolean {
    return untilMs === Number.POSITIVE_INFINITY || latestMs(post) < this.#sights.reachedMs(untilMs);
  }

  /** Whether an earlier life saw a later post of the author, and was not told that this one may be missing. */
  #wasPassedOver(post: IntendedPost): boolean {
    return this.#sights.holdsLaterOfAuthor(post) && !this.#isExcused(post);
  }

  /** Whether a reset told of the gap in which the post is missing: what came before the last sight is no part of it. */
  #isExcused(post: IntendedPost): boolean {
    return this.#client.lives.some(({ resets }) =>
      resets.some(({ atMs }) => post.sentMs < atMs && latestMs(post) >= this.#sights.reachedMs(atMs)),
    );
  }

  #fault(kind: FaultKind, atMs: number, detail: string): void {
    this.#context.findings.fault(kind, this.#client.name, atMs, detail);
  }
}
