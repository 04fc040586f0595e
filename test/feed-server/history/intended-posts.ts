import type { IntendedPost, SeenPost } from './history.ts';

/** Identifies the intended posts by what clients see of them. */
export class IntendedPosts {
  readonly #byKey: ReadonlyMap<string, IntendedPost>;
  /** By key, the seen ids of posts whose requests got no response. */
  readonly #seenIds = new Map<string, string>();

  constructor(posts: readonly IntendedPost[]) {
    this.#byKey = new Map(posts.map((post) => [post.key, post]));
  }

  byKey(key: string): IntendedPost | undefined {
    return this.#byKey.get(key);
  }

  /**
   * Returns null for a post that nobody created: with an unknown text, another author, another id than in
   * the response or, without a response, a second id for the same key.
   */
  recognize({ text, author, postId }: SeenPost): IntendedPost | null {
    const post = this.#byKey.get(text);
    if (post === undefined || post.author !== author) return null;
    const knownId = post.postId ?? this.#seenIds.get(post.key);
    if (knownId === undefined) this.#seenIds.set(post.key, postId);
    return knownId === undefined || knownId === postId ? post : null;
  }
}
