import { closeCodes } from '../../shared/close-codes.ts';

const knownCodes = new Set([1005, 1006, ...Object.values(closeCodes).map(({ code }) => code)]);

/** Maps a code to a label from a closed set, because a client may close with any of thousands of codes. */
export function codeLabel(code: number): string {
  return knownCodes.has(code) ? String(code) : 'other';
}
