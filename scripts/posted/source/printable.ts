/**
 * Characters that control a terminal, end a line, or change the order in which others appear (Unicode Standard Annex
 * #9), and halves of characters. All of them have four digits.
 */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const named: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * Escapes text of a document for a terminal or a line of source code, which it can neither leave nor rearrange. All
 * text that others wrote and that people read passes through here.
 */
export function printable(text: string): string {
  return text.replaceAll(controls, (character) => named.get(character) ?? escapeOf(character));
}

/** Like {@link printable}, for text of several lines, which end with \n in the result. */
export function printableLines(text: string): string {
  return text
    .split(/\r\n?|[\n\u2028\u2029]/)
    .map((line) => printable(line.replaceAll('\t', ' ')))
    .join('\n');
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
