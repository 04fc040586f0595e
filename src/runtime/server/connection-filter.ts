/** Selects connections. All members that are set must match. */
export interface ConnectionFilter<Channel extends string = string> {
  /** A user, or its id. */
  readonly user?: string | { readonly id: string } | undefined;
  readonly channel?: Channel;
  /** The id of one connection. */
  readonly connection?: string;
}

/** Selects credentials. All members that are set must match. */
export type RevokeFilter = {
  /** Only tokens with a lower `tokenVersion`, so that those issued since stay valid. Tokens without one count as 0. */
  readonly beforeVersion?: number;
} & (
  | { readonly user: string | { readonly id: string }; readonly tokenId?: string }
  | { readonly user?: undefined; readonly tokenId: string }
);

export type KickFilter<Channel extends string = string> = ConnectionFilter<Channel> &
  (
    | { readonly user: string | { readonly id: string } }
    | { readonly channel: Channel }
    | { readonly connection: string }
  );
