import { type FaultKind, Findings, type Verdict } from '../../support/history/verdict.ts';
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
import { SeenPosts } from './seen-posts.ts';
import { entitledUntilMs, maySee } from './visibility.ts';

/**
 * Tolerated difference between the server's clock and that of the history, for resets of expired cursors.
 */
const clockSlackMs = 100;

/** Finds what is certainly wrong in a history, by the rules of docs/decisions/0007-history-checker.md. */
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
  /** The posts seen in all lives. */
  readonly #seen = new SeenPosts();

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
    const delivered = this.#seen.upTo(life.resumedAfter);
    const seenInLife = new SeenPosts();
    for (const seen of life.seen) {
      findings.seen += 1;
      const post = posts.recognize(seen);
      if (post === null) {
        this.#fault('unknown', seen.atMs, `${seen.postId} of ${seen.author}: ${seen.text.slice(0, 80)}`);
        continue;
      }
      if (seenInLife.has(post) || delivered.has(post)) {
        this.#fault('duplicated', seen.atMs, post.key);
        continue;
      }
      const isRepeated = this.#seen.has(post);
      if (isRepeated) findings.repeated += 1;
      if (seenInLife.hasLaterByAuthor(post) || (!isRepeated && this.#wasSkipped(post))) {
        this.#fault('outOfOrder', seen.atMs, `${post.key} was seen after a later post of its author`);
      }
      if (!maySee(this.#client, post, friendships)) this.#fault('leaked', seen.atMs, post.key);
      seenInLife.add(post, seen.atMs);
      this.#seen.add(post, seen.atMs);
    }
    this.#checkResets(life, seenInLife);
  }

  #checkResets({ resets, resumedAfter }: Life, seenInLife: SeenPosts): void {
    const { posts, findings } = this.#context;
    const resumed = resumedAfter === null ? undefined : posts.byKey(resumedAfter);
    const beganMs = resumed?.sentMs ?? this.#client.subscribed.sentMs;
    for (const reset of resets) {
      findings.resets += 1;
      const reachedMs = Math.max(beganMs, seenInLife.reachedMs(reset.atMs));
      if (this.#hasCause(reset, reachedMs)) continue;
      const reached = `the cursor had reached ${Math.round(reachedMs)} ms`;
      this.#fault('needlessReset', reset.atMs, `${reset.reason}, although ${reached}`);
    }
  }

  /** Whether a cursor that had passed everything created before `reachedMs` may have become invalid. */
  #hasCause({ atMs, reason }: SeenReset, reachedMs: number): boolean {
    const { history, friendships } = this.#context;
    const { retentionMs, epochBumps } = history;
    if (reason === 'expired') {
      const { user, audience } = this.#client;
      // What a friend posted before the friendship ended is not replayed, so the client has to reload.
      const hasGap = audience === 'friends' && friendships.mayHaveBegunAgain(user, reachedMs, atMs);
      return hasGap || atMs - reachedMs >= retentionMs - clockSlackMs;
    }
    if (reason === 'epoch')
      return epochBumps.some((bump) => bump.sentMs < atMs && latestMs(bump) > reachedMs);
    // A post answered with 200 is on disk, so no cursor is ever ahead of the log.
    return false;
  }

  #checkMissing(): void {
    const { history, friendships, findings } = this.#context;
    for (const post of history.posts) {
      const untilMs = entitledUntilMs(this.#client, post, friendships);
      if (untilMs === null || !this.#wasExpectedBy(post, untilMs)) continue;
      if (this.#seen.has(post)) {
        findings.expected += 1;
      } else if (this.#isExcused(post)) {
        findings.excused += 1;
      } else {
        findings.expected += 1;
        this.#fault('lost', post.sentMs, `${post.key}, answered with ${post.postId}`);
      }
    }
  }

  /** Whether the client had to see the post by that time: always without a limit, otherwise if it saw a later post. */
  #wasExpectedBy(post: IntendedPost, untilMs: number): boolean {
    return untilMs === Number.POSITIVE_INFINITY || latestMs(post) < this.#seen.reachedMs(untilMs);
  }

  /** Whether an earlier life saw a later post of the author, and no reset excused this one. */
  #wasSkipped(post: IntendedPost): boolean {
    return this.#seen.hasLaterByAuthor(post) && !this.#isExcused(post);
  }

  /** Whether a reset covers the post. The gap before a reset begins with the last post seen before it. */
  #isExcused(post: IntendedPost): boolean {
    return this.#client.lives.some(({ resets }) =>
      resets.some(({ atMs }) => post.sentMs < atMs && latestMs(post) >= this.#seen.reachedMs(atMs)),
    );
  }

  #fault(kind: FaultKind, atMs: number, detail: string): void {
    this.#context.findings.fault(kind, this.#client.name, atMs, detail);
  }
}
