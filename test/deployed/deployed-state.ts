/** The state of the clients of a deployed server, recorded by make-state.ts. */
export interface DeployedState {
  /** The password of every user. */
  readonly password: string;
  readonly users: readonly DeployedUser[];
  /** `user` gets the posts of `friend`. */
  readonly friends: readonly { readonly user: string; readonly friend: string }[];
  /** In the order of the log. */
  readonly posts: readonly {
    readonly id: string;
    readonly text: string;
    readonly author: string;
    /** The `Idempotency-Key` of its request; null if there was none. */
    readonly idempotencyKey: string | null;
  }[];
  /** A device that acknowledged the first posts, so that the server stores its cursor. */
  readonly device: { readonly user: string; readonly device: string; readonly ackedPosts: number };
  /** A client that saved the cursor of the last post that it received. */
  readonly held: { readonly user: string; readonly cursor: string; readonly receivedPosts: number };
}

export interface DeployedUser {
  readonly id: string;
  readonly name: string;
}
