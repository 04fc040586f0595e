import { PostedError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Parses untrusted JSON (RFC 8259). Text that is not UTF-8, not JSON, or that UTF-8 cannot express (a lone surrogate) is
 * refused, not repaired.
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
  // Such characters can only come from an escape, so most values need not be searched.
  if (/\\u[dD]/.test(text)) refuseSurrogates(value, '', 0);
  return value;
}

/** Deeper than the values of any contract, and far from exhausting the stack. */
const maxDepth = 500;

function refuseSurrogates(value: unknown, pointer: string, depth: number): void {
  if (depth > maxDepth) throw new PostedError('invalid_request', 'The text is nested too deeply.');
  if (typeof value === 'string') {
    if (value.isWellFormed()) return;
    const subject = pointer === '' ? 'The value' : pointer;
    throw new PostedError('invalid_request', `${subject} must not contain a lone surrogate.`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    refuseSurrogates(key, `${pointer}/(a property name)`, depth + 1);
    refuseSurrogates(member, `${pointer}/${key}`, depth + 1);
  }
}
