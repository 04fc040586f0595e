/** Translates regular expressions of ECMA-262 in Unicode mode to Python's `re`. */
import { unicodePattern } from '../schemas/pattern.ts';

const token =
  /\\u\{[\da-f]+\}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\c[a-z]|\\k<[^>]+>|\\p\{[^}]*\}|\\[1-9]\d*|\\.|\(\?<[=!]|\(\?<[^>]+>|\[\^?\]?|./gisu;

/** Null for lookbehind assertions, which `re` supports for fixed lengths only. */
export function pythonPattern(pattern: string): string | null {
  const groups = new Map<string, string>();
  let isInClass = false;
  let flags = '';
  const translated: string[] = [];
  for (const [part] of unicodePattern(pattern).matchAll(token)) {
    if (isInClass) {
      isInClass = part === '\\]' || !part.endsWith(']');
      translated.push(inClass(part));
      continue;
    }
    if (/^\(\?<[=!]/.test(part)) return null;
    if (/^\\b$/i.test(part)) flags = '(?a)';
    isInClass = part === '[' || part === '[^';
    translated.push(isInClass ? part : outsideClass(part, groups));
  }
  return flags + translated.join('');
}

function outsideClass(part: string, groups: Map<string, string>): string {
  const group = (name: string): string => {
    if (!groups.has(name)) groups.set(name, `g${groups.size + 1}`);
    return groups.get(name) ?? '';
  };
  if (part === '.') return '[^\\n\\r\\u2028\\u2029]';
  if (part === '$') return '\\Z';
  if (part === '[]') return '(?!)';
  if (part === '[^]') return `[${rangesOf('[^]')}]`;
  if (part.startsWith('(?<')) return `(?P<${group(part.slice(3, -1))}>`;
  if (part.startsWith('\\k')) return `(?P=${group(part.slice(3, -1))})`;
  // The group separates the number from a digit that follows.
  if (/^\\[1-9]/.test(part)) return `(?:${part})`;
  return isSet(part) ? `[${rangesOf(part)}]` : character(part);
}

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
