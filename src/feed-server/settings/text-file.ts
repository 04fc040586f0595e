import { readFileSync } from 'node:fs';
import { errorCode } from 'posted/node';

/** @throws Error that quotes neither the path nor the text: a secret may have been given as the path. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`the file cannot be read (${errorCode(cause)})`, { cause });
  }
}
