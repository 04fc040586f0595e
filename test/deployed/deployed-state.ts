/** What the clients of a deployed server hold, as make-state.ts recorded it. */
export interface DeployedState {
  /** Of every user. */
  readonly password: string;
  readonly users: readonly DeployedUser[];
  /** `user` gets the posts of `friend`. */
  readonly friends: readonly { readonly user: string; readonly friend: string }[];
  /** In the order of the log. */
  readonly posts: readonly {
    readonly id: string;
    readonly text: string;
    readonly author: string;
    /** The `Idempotency-Key` of its request; null where there was none. */
    readonly idempotencyKey: string | null;
  }[];
  /** A device that acknowledged the first posts, so that the server stores its cursor. */
  readonly device: { readonly user: string; readonly device: string; readonly ackedPosts: number };
  /** A client that keeps its own cursor, which it got with the last of the posts that it received. */
  readonly held: { readonly user: string; readonly cursor: string; readonly receivedPosts: number };
}

export interface DeployedUser {
  readonly id: string;
  readonly name: string;
}
