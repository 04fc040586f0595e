/** Visible ASCII without quotes, commas, semicolons and backslashes, perhaps in quotes (RFC 6265 section 4.1.1). */
const cookieValue = /^"?([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)"?$/;

/**
 * The value of the first cookie of a name in a Cookie header (RFC 6265 section 4.2); names are case-sensitive.
 * Undefined where there is none, null where it is none of RFC 6265.
 */
export function readCookie(header: string | undefined, name: string): string | null | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [own = '', ...rest] = pair.split('=');
    if (own.trim() !== name) continue;
    return cookieValue.exec(rest.join('=').trim())?.[1] ?? null;
  }
  return undefined;
}
