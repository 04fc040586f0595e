/** The pages that may use this server from a browser. CORS and the WebSocket handshake share the policy. */
export type OriginPolicy =
  | { readonly kind: 'any' }
  /** The server's own host, and the listed origins. */
  | { readonly kind: 'same-origin'; readonly and?: readonly string[] }
  /** Serialized origins (RFC 6454 section 6.2), such as `https://app.example`. */
  | { readonly kind: 'list'; readonly origins: readonly string[] };

/** A list of origins is shorthand for the policy that allows them. */
export function originPolicy(origins: OriginPolicy | readonly string[]): OriginPolicy {
  return 'kind' in origins ? origins : { kind: 'list', origins };
}

/**
 * The origin as a policy lists it, for a log or a response; null for a header that is not an origin, whose text may be
 * anything.
 */
export function printableOrigin(origin: string): string | null {
  if (origin.length > maxOriginLength) return null;
  const isOrigin = origin === 'null' || /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._:[\]-]+$/i.test(origin);
  return isOrigin ? serialize(origin) : null;
}

/** A scheme, a host of at most 253 characters (RFC 1035 section 2.3.4) and a port. */
const maxOriginLength = 300;

/** How an operator allows a printable origin: the value to give the setting, or the option if there is no setting. */
export function allowOrigin(origin: string, policy: OriginPolicy, settingName: string | undefined): string {
  if (origin === 'null') return `allow any origin with ${settingName ?? "origins: { kind: 'any' }"}`;
  // Such as "origins in settings.json", which is not the name of a variable.
  if (settingName?.includes(' ')) return `add ${origin} to ${settingName}`;
  const allowed = [...listedOrigins(policy), origin];
  return settingName === undefined
    ? `origins: [${allowed.map((each) => `'${each}'`).join(', ')}]`
    : `${settingName}=${allowed.join(',')}`;
}

/**
 * Whether a request with these Origin and Host headers may be served. A request without Origin does not come from a
 * browser's page and is allowed. `null`, the origin of sandboxed pages and local files, identifies nobody: only `any`
 * allows it.
 */
export function isAllowedOrigin(
  policy: OriginPolicy,
  origin: string | undefined,
  host: string | undefined,
): boolean {
  if (origin === undefined || policy.kind === 'any') return true;
  if (origin === 'null') return false;
  const wanted = serialize(origin);
  if (listedOrigins(policy).some((allowed) => serialize(allowed) === wanted)) return true;
  if (policy.kind === 'list') return false;
  // Only the browser knows which of the two schemes it used: TLS may end at a proxy before this server.
  const scheme = /^https?:/i.exec(origin)?.[0];
  if (scheme === undefined || host === undefined) return false;
  const ownHost = URL.parse(`${scheme}//${host}`)?.host;
  return ownHost !== undefined && URL.parse(origin)?.host === ownHost;
}

function listedOrigins(policy: OriginPolicy): readonly string[] {
  if (policy.kind === 'list') return policy.origins;
  return policy.kind === 'same-origin' ? (policy.and ?? []) : [];
}

/** Lower case, without the default port. Schemes without an origin in the URL standard, such as those of apps, compare as text. */
function serialize(origin: string): string {
  const parsed = URL.parse(origin)?.origin;
  return parsed === undefined || parsed === 'null' ? origin.toLowerCase() : parsed;
}
