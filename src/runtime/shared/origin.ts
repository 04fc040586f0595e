/** Which pages may use this server from a browser: one policy for CORS and for the WebSocket handshake. */
export type OriginPolicy =
  | { readonly kind: 'any' }
  | { readonly kind: 'same-origin' }
  /** Serialized origins (RFC 6454 section 6.2), such as `https://app.example`. */
  | { readonly kind: 'list'; readonly origins: readonly string[] };

/**
 * Whether a request with these headers Origin and Host may be served. One without Origin does not come
 * from a browser's page and is allowed. `null`, the origin of sandboxed pages and local files, is
 * nobody's own: only `any` allows it.
 */
export function isAllowedOrigin(
  policy: OriginPolicy,
  origin: string | undefined,
  host: string | undefined,
): boolean {
  if (origin === undefined || policy.kind === 'any') return true;
  if (origin === 'null') return false;
  if (policy.kind === 'list') {
    const wanted = serialize(origin);
    return policy.origins.some((allowed) => serialize(allowed) === wanted);
  }
  // Of the two schemes only the browser knows which it used: TLS may end at a proxy before this server.
  const scheme = /^https?:/i.exec(origin)?.[0];
  if (scheme === undefined || host === undefined) return false;
  const ownHost = URL.parse(`${scheme}//${host}`)?.host;
  return ownHost !== undefined && URL.parse(origin)?.host === ownHost;
}

/** Lower case, without the default port. Schemes that the URL standard gives no origin (apps have some) compare as text. */
function serialize(origin: string): string {
  const parsed = URL.parse(origin)?.origin;
  return parsed === undefined || parsed === 'null' ? origin.toLowerCase() : parsed;
}
