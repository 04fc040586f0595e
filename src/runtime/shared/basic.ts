import type { BasicCredentials } from './credentials.ts';

/**
 * The user-pass of RFC 7617 section 2: everything before the first colon is the name. Null without a
 * colon, or with control characters. It runs anywhere.
 */
export function parseUserPass(text: string): BasicCredentials | null {
  const colon = text.indexOf(':');
  if (colon === -1 || /\p{Cc}/u.test(text)) return null;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
