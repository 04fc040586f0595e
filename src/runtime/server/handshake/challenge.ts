import type { SecurityScheme } from '../../shared/descriptor.ts';
import type { PostedError } from '../../shared/errors.ts';

/** Describes the credentials that a handshake lacks, and where to send them. */
export function describeMissing(schemes: readonly SecurityScheme[]): string {
  const [first, ...others] = schemes.map((scheme) => ({ what: whatOf(scheme), where: whereOf(scheme) }));
  const alternatives = others.map(({ what, where }) => `, or ${what} as ${where}`);
  const what = first?.what ?? '';
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} is missing. Send it as ${first?.where}${alternatives.join('')}.`;
}

/** Describes the format of a scheme's credentials after malformed ones. */
export function describeMalformed(scheme: SecurityScheme): string {
  return `The credentials are malformed. Send ${whatOf(scheme)} as ${whereOf(scheme)}.`;
}

function whatOf({ credentials }: SecurityScheme): string {
  switch (credentials) {
    case 'bearer':
      return 'a bearer token';
    case 'basic':
      return 'a username with its password';
    case 'apiKey':
      return 'an API key';
  }
}

function whereOf({ in: location, credentials, parameter }: SecurityScheme): string {
  switch (location) {
    case 'authorization':
      return credentials === 'bearer'
        ? 'Authorization: Bearer <token>'
        : 'Authorization: Basic <base64 of username:password>';
    case 'user':
      return 'Authorization: Basic <base64 of key:>';
    case 'password':
      return 'Authorization: Basic <base64 of :key>';
    case 'header':
      return `${parameter}: <key>`;
    case 'query':
      return `the query parameter ${parameter}`;
    case 'cookie':
      return `the cookie ${parameter}`;
  }
}

interface RefusedScheme {
  readonly scheme: SecurityScheme;
  /** Why the credentials were refused; undefined if there were none. */
  readonly error: PostedError | undefined;
}

/**
 * Formats WWW-Authenticate for alternative schemes (RFC 9110 section 11.6.1). Undefined if all of them use API keys,
 * for which no standard defines a challenge.
 */
export function challenge(refused: readonly RefusedScheme[]): string | undefined {
  const challenges = new Set(refused.flatMap((one) => challengeOf(one) ?? []));
  return challenges.size === 0 ? undefined : [...challenges].join(', ');
}

function challengeOf({ scheme, error }: RefusedScheme): string | undefined {
  const { in: location, credentials, name, scopes } = scheme;
  if (location === 'header' || location === 'query' || location === 'cookie') return undefined;
  // RFC 7617 section 2.
  if (credentials !== 'bearer') return `Basic realm=${quote(name)}, charset="UTF-8"`;
  // RFC 6750 section 3.
  const parameters: string[] = [];
  if (error?.code === 'unauthorized') parameters.push('error="invalid_token"');
  if (error?.code === 'forbidden') parameters.push('error="insufficient_scope"');
  if (scopes.length > 0) parameters.push(`scope=${quote(scopes.join(' '))}`);
  return `Bearer ${parameters.join(', ')}`.trimEnd();
}

/** Formats a quoted-string of visible ASCII (RFC 9110 section 5.6.4). */
function quote(text: string): string {
  return `"${text.replaceAll(/[^ !#-[\]-~]/g, '')}"`;
}
