import { PostedError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Reads JSON (RFC 8259) as a stranger sent it. Text that is not UTF-8, not JSON, or that no store
 * could give back unchanged (U+0000, half a surrogate pair) is refused rather than repaired.
 *
 * @throws PostedError `invalid_request`
 */
export function parseJson(bytes: ArrayBuffer | Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new PostedError('invalid_request', 'The text is not valid UTF-8.', { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PostedError('invalid_request', 'The text is not valid JSON.', { cause });
  }
  // Such characters can only come from an escape, so that most texts need no walk.
  if (/\\u(?:0000|[dD])/.test(text)) refuseUnstorable(value, '', 0);
  return value;
}

/** Deeper than any contract's values, and far below what would exhaust the stack. */
const maxDepth = 500;

function refuseUnstorable(value: unknown, pointer: string, depth: number): void {
  if (depth > maxDepth) throw new PostedError('invalid_request', 'The text is nested too deeply.');
  if (typeof value === 'string') {
    if (value.isWellFormed() && !value.includes('\0')) return;
    const place = pointer === '' ? 'The value' : pointer;
    throw new PostedError('invalid_request', `${place} holds U+0000 or half a surrogate pair.`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    refuseUnstorable(key, `${pointer}/(a property name)`, depth + 1);
    refuseUnstorable(member, `${pointer}/${key}`, depth + 1);
  }
}
