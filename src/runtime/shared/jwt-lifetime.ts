import { decodeBase64 } from './credentials.ts';

/**
 * For how long a token is still valid, in milliseconds, if it is a JSON Web Token (RFC 7519) with `exp`; otherwise
 * undefined. It is not longer than the token was ever valid, in case the clock of this machine is slow.
 */
export function jwtLifetimeMs(token: string): number | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  const text = decodeBase64(payload.replaceAll('-', '+').replaceAll('_', '/'));
  const { exp, iat } = claimsOf(text ?? '');
  if (typeof exp !== 'number') return undefined;
  const leftMs = exp * 1000 - Date.now();
  return typeof iat === 'number' ? Math.min(leftMs, (exp - iat) * 1000) : leftMs;
}

function claimsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
