/** What a client has sent to authenticate itself, in a header or in the query. */
export interface SentCredential {
  readonly header?: readonly [name: string, value: string];
  readonly query?: readonly [name: string, value: string];
  /** Texts that must never be shown. */
  readonly secrets: readonly string[];
}

/**
 * Masks credentials in a text from outside, which may repeat them: what follows the name of their header, query parameter
 * or cookie, and wherever their text cannot be part of an ordinary word.
 */
export function redact(text: string, sent: readonly SentCredential[]): string {
  return [
    // A user and a password in a URL, such as that of a proxy.
    '(://)[^/?#\\s@]+(?=@)',
    ...sent.map(afterName),
    // The longest first, so that no part of one remains.
    ...sent
      .flatMap(({ secrets }) => secrets)
      // oxlint-disable-next-line unicorn/no-array-sort -- `toSorted` is too new for some browsers
      .sort((a, b) => b.length - a.length)
      .map(shapeOf),
  ].reduce((shown, pattern) => shown.replace(new RegExp(pattern, 'gi'), '$1[credential]'), text);
}

/** What follows the name of a credential, in any notation. */
function afterName({ header, query }: SentCredential): string {
  const [name, value] = header ?? query ?? ['', ''];
  const names = escaped(name) + (name === 'Cookie' ? `|${escaped(value.replace(/=.*/, ''))}` : '');
  return `((?<![\\w-])(?:${names})["']?\\s*[:=]\\s*["']?(?:bearer\\s+|basic\\s+)?)[^\\s,;&"'<>]+`;
}

/** A short secret may be part of ordinary texts: the shorter it is, the more must be around it. */
function shapeOf(secret: string): string {
  const shape = escaped(secret);
  if (secret.length > 15) return `()${shape}`;
  if (secret.length > 3) return `(?<!\\w)()${shape}(?!\\w)`;
  return `(\\b(?:bearer|basic)\\s+)${shape}(?![\\w~+/=-])`;
}

function escaped(text: string): string {
  return text.replace(/[^\w\s]/g, '\\$&');
}
