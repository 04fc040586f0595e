const maxQuoted = 64;

/** The text as a mistake shows it: on one line, and cut where it is long. Not for what may be a secret. */
export function quote(text: string): string {
  return JSON.stringify(text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…` : text);
}
