/**
 * Translates a pattern to Unicode mode, which Ajv uses as later versions of JSON Schema require. Many patterns are
 * written for the old mode (ECMA-262, annex B.1.2), which allows escaping any character and a hyphen next to a class.
 */
export function unicodePattern(pattern: string): string {
  if (isPattern(pattern, 'u') || !isPattern(pattern, '')) return pattern;
  const written = pattern.replaceAll(/\[(?:[^\\\]]|\\.)*\]|\\[^A-Za-z0-9]/gs, (part) =>
    part.startsWith('[') ? unicodeClass(part) : withoutEscape(part, /[\\^$.*+?()[\]{}|/]/),
  );
  return isPattern(written, 'u') ? written : pattern;
}

/** Why a pattern is invalid; null if it is valid. */
export function patternError(pattern: string): string | null {
  try {
    new RegExp(unicodePattern(pattern), 'u');
    return null;
  } catch (thrown) {
    // `Invalid regular expression: /(/u: Unterminated group`
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return message.slice(message.lastIndexOf(': ') + 2);
  }
}

function isPattern(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}

function unicodeClass(text: string): string {
  const parts = text.match(/\\.|[^\\]/gs) ?? [];
  return parts
    .map((part, index) => {
      if (part === '-' && (isClass(parts[index - 1]) || isClass(parts[index + 1]))) return '\\-';
      return /^\\[^A-Za-z0-9]$/s.test(part) ? withoutEscape(part, /[\\^$.*+?()[\]{}|/-]/) : part;
    })
    .join('');
}

function isClass(part: string | undefined): boolean {
  return /^\\[dDsSwW]$/.test(part ?? '');
}

function withoutEscape(escaped: string, special: RegExp): string {
  const character = escaped.slice(1);
  return special.test(character) ? escaped : character;
}
