/**
 * For how long a token is still valid, in milliseconds, if it is a JSON Web Token (RFC 7519) with `exp`; otherwise
 * undefined. It is not longer than the token was ever valid, in case the clock of this machine is slow.
 */
export function jwtLifetimeMs(token: string): number | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  const { exp, iat } = claimsOf(payload.replaceAll('-', '+').replaceAll('_', '/'));
  if (typeof exp !== 'number') return undefined;
  const leftMs = exp * 1000 - Date.now();
  return typeof iat === 'number' ? Math.min(leftMs, (exp - iat) * 1000) : leftMs;
}

/** Texts in the claims may be garbled, since their bytes are not decoded as UTF-8. Numbers are ASCII. */
function claimsOf(base64: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(atob(base64)));
  } catch {
    return {};
  }
}
