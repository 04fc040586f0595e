import { type IntendedPost, latestMs } from './history.ts';

/** The posts that an application saw, in order. */
export class SeenPosts {
  readonly #posts = new Set<IntendedPost>();
  readonly #atMs: number[] = [];
  /** For each seen post, the earliest creation time of the latest post seen so far. */
  readonly #reachedMs: number[] = [];
  /** The same per author. */
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

  /** Whether a post of the same author was seen that was certainly created after this one. */
  hasLaterByAuthor(post: IntendedPost): boolean {
    return latestMs(post) < (this.#reachedOfAuthorMs.get(post.author) ?? 0);
  }

  /**
   * The time that the cursor had reached at `atMs`: everything certainly created before it is behind the
   * cursor, since a later post had been seen.
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

  /** The posts seen up to the one with that key; none for null. */
  upTo(key: string | null): ReadonlySet<IntendedPost> {
    if (key === null) return new Set();
    const posts = [...this.#posts];
    return new Set(posts.slice(0, posts.findLastIndex((post) => post.key === key) + 1));
  }
}
