import type { SecurityScheme } from '../../shared/descriptor.ts';
import type { PostedError } from '../../shared/errors.ts';

/** Says which credentials a handshake lacks, and where they go. */
export function describeMissing(schemes: readonly SecurityScheme[]): string {
  const ways = schemes.map((scheme) => ({ what: whatOf(scheme), where: whereOf(scheme) }));
  const [first, ...others] = ways;
  const alternatives = others.map(({ what, where }) => `, or ${what} as ${where}`);
  const what = first?.what ?? '';
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} is missing. Send it as ${first?.where}${alternatives.join('')}.`;
}

/** Says that what stands in the place of a scheme's credentials is none. */
export function describeMalformed(scheme: SecurityScheme): string {
  return `The credentials are not well formed. Send ${whatOf(scheme)} as ${whereOf(scheme)}.`;
}

function whatOf({ credentials }: SecurityScheme): string {
  switch (credentials) {
    case 'bearer':
      return 'a bearer token';
    case 'basic':
      return "a user's name with the password";
    case 'apiKey':
      return 'an API key';
  }
}

function whereOf({ in: place, credentials, parameter }: SecurityScheme): string {
  switch (place) {
    case 'authorization':
      return credentials === 'bearer'
        ? 'Authorization: Bearer <token>'
        : 'Authorization: Basic <base64 of name:password>';
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

interface Challenged {
  readonly scheme: SecurityScheme;
  /** What was wrong with the credentials; undefined where there were none. */
  readonly error: PostedError | undefined;
}

/**
 * The value of WWW-Authenticate for any of the schemes (RFC 9110 section 11.6.1). Undefined where there
 * are API keys only, for which no standard has a challenge.
 */
export function challenge(challenged: readonly Challenged[]): string | undefined {
  const challenges = new Set(challenged.flatMap((one) => challengeOf(one) ?? []));
  return challenges.size === 0 ? undefined : [...challenges].join(', ');
}

function challengeOf({ scheme, error }: Challenged): string | undefined {
  const { in: place, credentials, name, scopes } = scheme;
  if (place === 'header' || place === 'query' || place === 'cookie') return undefined;
  // RFC 7617 section 2.
  if (credentials !== 'bearer') return `Basic realm=${quote(name)}, charset="UTF-8"`;
  // RFC 6750 section 3.
  const parameters: string[] = [];
  if (error?.code === 'unauthorized') parameters.push('error="invalid_token"');
  if (error?.code === 'forbidden') parameters.push('error="insufficient_scope"');
  if (scopes.length > 0) parameters.push(`scope=${quote(scopes.join(' '))}`);
  return `Bearer ${parameters.join(', ')}`.trimEnd();
}

/** A quoted-string of visible ASCII (RFC 9110 section 5.6.4). */
function quote(text: string): string {
  return `"${text.replaceAll(/[^ !#-[\]-~]/g, '')}"`;
}
