/** Translates regular expressions of ECMA-262 in Unicode mode to Python's `re`. */
import { unicodePattern } from '../schemas/pattern.ts';
import { createReferrals } from './pattern-references.ts';
import { type Options, parsePattern, type Term, widthOf, widthOfSequence } from './pattern-syntax.ts';

export type PythonPattern =
  | { readonly pattern: string }
  /** Why it has no equivalent, and what to do. */
  | { readonly what: string; readonly fix: string };

class Unsupported extends Error {
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(what);
    this.fix = fix;
  }
}

export function pythonPattern(pattern: string): PythonPattern {
  const options = parsePattern(unicodePattern(pattern));
  const referralOf = createReferrals(options);
  try {
    const translated = ofOptions(options);
    return { pattern: /(?<!\\)(?:\\\\)*\\b/i.test(translated) ? `(?a)${translated}` : translated };
  } catch (thrown) {
    if (thrown instanceof Unsupported) return { what: thrown.message, fix: thrown.fix };
    throw thrown;
  }

  function ofOptions(all: Options): string {
    return all.map((terms) => terms.map(ofTerm).join('')).join('|');
  }

  function ofTerm(term: Term): string {
    switch (term.kind) {
      case 'character':
        return ofCharacter(term.source);
      case 'assertion':
        return assertions[term.source] ?? term.source;
      case 'group':
        return `${term.number === null ? '(?:' : '('}${ofOptions(term.options)})`;
      case 'look':
        return term.open.includes('<') ? ofLookbehind(term) : `${term.open}${ofOptions(term.options)})`;
      case 'repetition':
        return `${ofTerm(term.term)}${quantifierOf(term)}`;
      case 'reference':
        return term.to.reduceRight((otherwise, group) => ofReference(term, group, otherwise), '(?:)');
      case 'modifiers':
        throw new Unsupported(
          `the modifiers ${term.source.slice(0, -1)})`,
          'write the letters of both cases, or the classes, that they allow',
        );
    }
  }

  /** Alternatives of different lengths become lookbehinds of their own, because each may have only one length. */
  function ofLookbehind({ open, options: all }: Extract<Term, { kind: 'look' }>): string {
    if (all.some((terms) => widthOfSequence(terms) === null)) {
      throw new Unsupported(
        'a lookbehind whose length varies',
        'give it a fixed length, without references, *, +, ? and {m,n}',
      );
    }
    if (widthOf(all) !== null) return `${open}${ofOptions(all)})`;
    const each = all.map((terms) => `${open}${ofOptions([terms])})`);
    return open.endsWith('!') ? each.join('') : `(?:${each.join('|')})`;
  }

  function ofReference(term: Term, group: number, otherwise: string): string {
    switch (referralOf(term, group)) {
      case 'group':
        // The group separates the number from a digit that follows.
        return `(?:\\${group})`;
      case 'group or nothing':
        return `(?(${group})\\${group}|${otherwise})`;
      case 'nothing':
        return otherwise;
      case null:
        throw new Unsupported(
          'a reference to a group that only some repetitions match',
          'move the group or the reference out of the repetition',
        );
    }
  }
}

const assertions: Readonly<Record<string, string>> = {
  $: '\\Z',
  // Before 3.14, Python finds no `\\B` in an empty text.
  '\\B': '(?!\\b)',
};

/** Python refuses counts from 2^32 - 1 on. */
const maxCount = 2 ** 32 - 2;

function quantifierOf({ least, most, isLazy }: Extract<Term, { kind: 'repetition' }>): string {
  const lazy = isLazy ? '?' : '';
  if (most === Number.POSITIVE_INFINITY && least <= 1) return `${least === 0 ? '*' : '+'}${lazy}`;
  if (least === 0 && most === 1) return `?${lazy}`;
  const [low, high] = [Math.min(least, maxCount), most > maxCount ? '' : most];
  return `{${low === high ? low : `${low},${high}`}}${lazy}`;
}

function ofCharacter(part: string): string {
  if (part === '.') return '[^\\n\\r\\u2028\\u2029]';
  if (part === '[]') return '(?!)';
  if (part === '[^]') return `[${rangesOf('[^]')}]`;
  if (!part.startsWith('[')) return isSet(part) ? `[${rangesOf(part)}]` : character(part);
  const open = part.startsWith('[^') ? '[^' : '[';
  const parts = part.slice(open.length, -1).match(classToken) ?? [];
  return `${open}${parts.map(inClass).join('')}]`;
}

const classToken =
  /\\u\{[\da-f]+\}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\c[a-z]|\\p\{[^}]*\}|\\.|./gisu;

function inClass(part: string): string {
  if (part === '\\b') return '\\x08';
  // Later versions of Python may give pairs of these characters a meaning.
  if (/^[[&~|]/.test(part)) return `\\${part}`;
  return isSet(part) ? rangesOf(part) : character(part);
}

function isSet(part: string): boolean {
  return /^\\(?:[dsw]$|p)/i.test(part);
}

function character(part: string): string {
  if (part === '\\0') return '\\x00';
  if (part === '\\/') return '/';
  if (/^\\c/i.test(part)) return escaped((part.codePointAt(2) ?? 0) % 32);
  const units = part.match(/[\da-f]{2,}/gi);
  if (!/^\\[ux]/.test(part) || units === null) return part;
  const [code = 0, low] = units.map((digits) => Number.parseInt(digits, 16));
  return escaped(low === undefined ? code : (code - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000);
}

function escaped(code: number): string {
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

const rangesBySet = new Map<string, string>();

/** The characters of a set as ranges, because the sets of Python differ from those of JavaScript. */
function rangesOf(set: string): string {
  const cached = rangesBySet.get(set);
  if (cached !== undefined) return cached;
  const pattern = new RegExp(set, 'u');
  const ranges: string[] = [];
  let start: number | null = null;
  for (let code = 0; code <= 0x110000; code += 1) {
    const isIn = code < 0x110000 && pattern.test(String.fromCodePoint(code));
    if (isIn) start ??= code;
    else if (start !== null) {
      const end = code - 1;
      ranges.push(start === end ? escaped(start) : `${escaped(start)}-${escaped(end)}`);
      start = null;
    }
  }
  rangesBySet.set(set, ranges.join(''));
  return ranges.join('');
}
