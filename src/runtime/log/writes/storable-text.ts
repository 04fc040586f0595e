import { PostedError } from '../../shared/errors.ts';

/**
 * Text as a column of its own. PostgreSQL stores no U+0000 there, so SQLite must not either. In JSON, such as payloads,
 * it is escaped, and both store it.
 *
 * @param name names the text in the error
 * @throws PostedError `invalid_request`
 */
export function storableText(name: string, text: string): string {
  if (text.includes('\0')) throw new PostedError('invalid_request', `\`${name}\` must not contain U+0000`);
  return text;
}
