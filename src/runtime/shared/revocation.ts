/** Revokes the credentials that match all of its members. */
export interface Revocation {
  readonly user?: string;
  /** One of the user's tokens: the `tokenId` of its principal. */
  readonly tokenId?: string;
  /** Only tokens with a lower `tokenVersion`, so that those issued since stay valid. Tokens without one count as 0. */
  readonly beforeVersion?: number;
}

/** A revocation on its way between nodes, which may reach a node more than once. */
export interface SentRevocation extends Revocation {
  readonly id: string;
}

interface Revocable {
  readonly id: string;
  readonly tokenId?: string;
  readonly tokenVersion?: number;
}

export function isRevokedBy(
  { id, tokenId, tokenVersion = 0 }: Revocable,
  { user = id, tokenId: revokedId = tokenId, beforeVersion = Number.POSITIVE_INFINITY }: Revocation,
): boolean {
  return user === id && revokedId === tokenId && tokenVersion < beforeVersion;
}

/** Reads a revocation that another node has sent; undefined if the value is not one. Newer nodes may add members. */
export function readRevocation(value: unknown): SentRevocation | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, user, tokenId, beforeVersion } = withoutNull(value);
  if (typeof id !== 'string' || !isTextOrAbsent(user) || !isTextOrAbsent(tokenId)) return undefined;
  if (user === undefined && tokenId === undefined) return undefined;
  if (beforeVersion !== undefined && typeof beforeVersion !== 'number') return undefined;
  return sentRevocation(id, { user, tokenId, beforeVersion });
}

/** Without members that are undefined. */
export function sentRevocation(
  id: string,
  { user, tokenId, beforeVersion }: { readonly [Member in keyof Revocation]: Revocation[Member] | undefined },
): SentRevocation {
  return {
    id,
    ...(user === undefined ? {} : { user }),
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(beforeVersion === undefined ? {} : { beforeVersion }),
  };
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

/** Writes of an application leave columns null. */
function withoutNull(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
