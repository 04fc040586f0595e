import type { IntendedPost, SeenPost } from './history.ts';

/** Knows the intended posts by what clients see of them. */
export class IntendedPosts {
  readonly #byKey: ReadonlyMap<string, IntendedPost>;
  /** The ids under which posts were seen whose requests were never answered. */
  readonly #seenIds = new Map<string, string>();

  constructor(posts: readonly IntendedPost[]) {
    this.#byKey = new Map(posts.map((post) => [post.key, post]));
  }

  byKey(key: string): IntendedPost | undefined {
    return this.#byKey.get(key);
  }

  /**
   * Null for what nobody has posted so: another text or author, another id than the 200 said, or, where
   * no request was answered, a second id under one key.
   */
  recognise({ text, author, postId }: SeenPost): IntendedPost | null {
    const post = this.#byKey.get(text);
    if (post === undefined || post.author !== author) return null;
    const knownId = post.postId ?? this.#seenIds.get(post.key);
    if (knownId === undefined) this.#seenIds.set(post.key, postId);
    return knownId === undefined || knownId === postId ? post : null;
  }
}
