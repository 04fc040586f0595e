import type { IntendedPost } from './history.ts';
import { latestMs } from './history.ts';

/** Posts that an application saw, in the order in which it saw them. */
export class Sights {
  readonly #posts = new Set<IntendedPost>();
  readonly #atMs: number[] = [];
  /** After each sight, when the latest post until then was created at the earliest. */
  readonly #reachedMs: number[] = [];
  /** By author, the same for their posts alone. */
  readonly #reachedOfAuthorMs = new Map<string, number>();

  has(post: IntendedPost): boolean {
    return this.#posts.has(post);
  }

  add(post: IntendedPost, atMs: number): void {
    this.#posts.add(post);
    this.#atMs.push(atMs);
    this.#reachedMs.push(Math.max(this.#reachedMs.at(-1) ?? 0, post.sentMs));
    const reachedOfAuthorMs = this.#reachedOfAuthorMs.get(post.author) ?? 0;
    this.#reachedOfAuthorMs.set(post.author, Math.max(reachedOfAuthorMs, post.sentMs));
  }

  /** Whether a post of the same author is here that was certainly created after this one. */
  holdsLaterOfAuthor(post: IntendedPost): boolean {
    return latestMs(post) < (this.#reachedOfAuthorMs.get(post.author) ?? 0);
  }

  /**
   * What was certainly created before the moment that this returns was behind the cursor at `atMs`,
   * for a later post had been seen.
   */
  reachedMs(atMs: number): number {
    let low = 0;
    let high = this.#atMs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#atMs[middle] ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return this.#reachedMs[low - 1] ?? 0;
  }

  /** What was seen up to the post of that key; nothing for null. */
  upTo(key: string | null): ReadonlySet<IntendedPost> {
    if (key === null) return new Set();
    const posts = [...this.#posts];
    return new Set(posts.slice(0, posts.findLastIndex((post) => post.key === key) + 1));
  }
}
