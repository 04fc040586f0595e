/** The structure of regular expressions of ECMA-262 in Unicode mode. */

export type Term =
  /** A character, an escape, a class in brackets, or a dot: what matches one character. */
  | { readonly kind: 'character'; readonly source: string }
  /** `^`, `$`, `\b` or `\B`. */
  | { readonly kind: 'assertion'; readonly source: string }
  /** A group, with its number if it captures. */
  | { readonly kind: 'group'; readonly number: number | null; readonly options: Options }
  | { readonly kind: 'look'; readonly open: string; readonly options: Options }
  /** A reference to a group, or to all groups of a name. */
  | { readonly kind: 'reference'; readonly to: readonly number[] }
  | { readonly kind: 'modifiers'; readonly source: string }
  | {
      readonly kind: 'repetition';
      readonly term: Term;
      readonly least: number;
      readonly most: number;
      readonly isLazy: boolean;
    };

/** The alternatives between bars, each a sequence. */
export type Options = readonly (readonly Term[])[];

const token =
  /\[(?:\\.|[^\\\]])*\]|\(\?(?:<?[=!]|:|<[^>]+>|[a-z-]+:)|\\u\{[\da-f]+\}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\c[a-z]|\\k<[^>]+>|\\p\{[^}]*\}|\\[1-9]\d*|\\.|(?:[*+?]|\{\d+,?\d*\})\??|./gisu;

/** Parses a valid pattern. */
export function parsePattern(pattern: string): Options {
  const tokens = (pattern.match(token) ?? []).values();
  const numbers = numbersByName(pattern);
  let groups = 0;
  return options();

  /** Reads to the end of a group. */
  function options(): Options {
    const all: Term[][] = [[]];
    for (let next = tokens.next(); next.done !== true && next.value !== ')'; next = tokens.next()) {
      const part = next.value;
      const sequence = all.at(-1) ?? [];
      if (part === '|') all.push([]);
      else if (/^(?:[*+?]|\{.*\d)/.test(part)) sequence.push(repetition(part, sequence.pop()));
      else sequence.push(term(part));
    }
    return all;
  }

  function term(part: string): Term {
    if (/^\((?:$|\?<[^=!])/.test(part)) {
      groups += 1;
      return { kind: 'group', number: groups, options: options() };
    }
    if (part === '(?:') return { kind: 'group', number: null, options: options() };
    if (/^\(\?<?[=!]/.test(part)) return { kind: 'look', open: part, options: options() };
    if (part.startsWith('(')) {
      options();
      return { kind: 'modifiers', source: part };
    }
    if (/^\\[1-9]/.test(part)) return { kind: 'reference', to: [Number(part.slice(1))] };
    if (part.startsWith('\\k')) return { kind: 'reference', to: numbers.get(part.slice(3, -1)) ?? [] };
    return { kind: /^(?:[$^]|\\b)$/i.test(part) ? 'assertion' : 'character', source: part };
  }
}

function numbersByName(pattern: string): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, readonly number[]>();
  const opened = (pattern.match(token) ?? []).filter((part) => /^\((?:$|\?<[^=!])/.test(part));
  for (const [index, part] of opened.entries()) {
    const name = part.slice(3, -1);
    if (part !== '(') numbers.set(name, [...(numbers.get(name) ?? []), index + 1]);
  }
  return numbers;
}

function repetition(quantifier: string, term: Term | undefined): Term {
  if (term === undefined) throw new TypeError(`Nothing precedes ${quantifier}.`);
  const isLazy = quantifier.length > 1 && quantifier.endsWith('?');
  const [, least = '0', comma, most = ''] = /^\{(\d+)(,?)(\d*)\}/.exec(quantifier) ?? [];
  if (quantifier.startsWith('{')) {
    const limit = comma === '' ? least : most || Number.POSITIVE_INFINITY;
    return { kind: 'repetition', term, least: Number(least), most: Number(limit), isLazy };
  }
  const highest = quantifier.startsWith('?') ? 1 : Number.POSITIVE_INFINITY;
  return { kind: 'repetition', term, least: quantifier.startsWith('+') ? 1 : 0, most: highest, isLazy };
}

/** How many characters every match has; null if that varies. */
export function widthOf(options: Options): number | null {
  const widths = new Set(options.map(widthOfSequence));
  const [only = null] = widths;
  return widths.size === 1 ? only : null;
}

export function widthOfSequence(terms: readonly Term[]): number | null {
  let sum = 0;
  for (const each of terms) {
    const width = widthOfTerm(each);
    if (width === null) return null;
    sum += width;
  }
  return sum;
}

function widthOfTerm(term: Term): number | null {
  switch (term.kind) {
    case 'character':
      return 1;
    case 'assertion':
    case 'look':
      return 0;
    case 'group':
      return widthOf(term.options);
    case 'repetition': {
      const width = widthOfTerm(term.term);
      return width === null || term.least !== term.most ? null : width * term.least;
    }
    case 'reference':
    case 'modifiers':
      return null;
  }
}
