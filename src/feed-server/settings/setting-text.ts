import { readFileSync } from 'node:fs';
import { errorCode } from 'posted/node';

const maxQuoted = 64;

/** Quotes text in an error: on one line, and truncated if long. Not for values that may be secret. */
export function quote(text: string): string {
  return JSON.stringify(text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…` : text);
}

/** @throws Error without the path and the text: somebody may have given a secret as the path */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read the file (${errorCode(cause)})`, { cause });
  }
}
