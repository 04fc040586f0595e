import { PostedError } from './errors.ts';

/**
 * Undoes percent-encoding (RFC 3986 section 2.1). Text that is not UTF-8, or that no store could give
 * back unchanged (U+0000), is refused rather than repaired, as in a JSON body.
 *
 * @param place where it stood, for the message
 * @throws PostedError `invalid_request`
 */
export function decodeText(encoded: string, place: string): string {
  let text: string;
  try {
    text = decodeURIComponent(encoded);
  } catch (cause) {
    throw new PostedError('invalid_request', `${place} must be percent-encoded UTF-8`, { cause });
  }
  if (text.includes('\0')) throw new PostedError('invalid_request', `${place} must NOT hold U+0000`);
  return text;
}
