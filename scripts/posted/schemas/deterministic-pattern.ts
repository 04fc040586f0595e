/**
 * Which patterns can be matched in linear time at a glance, because each character of a text leaves only one way to go on
 * (strongly deterministic expressions, Koch and Scherzinger). Most patterns of contracts are of this kind.
 */

/** A set of ASCII characters by their codes; the bit 128 is for all other characters. */
type Characters = bigint;

/** The positions of an expression at which a match can begin and end, and whether it matches the empty text. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isEmpty: boolean;
}

const any: Characters = (1n << 129n) - 1n;
const empty: Part = { first: [], last: [], isEmpty: true };

/** A character or a class, a group, an alternative, or the end of a group; then the repetition. */
const token =
  /\\[dwDWsS]|\\[\\^$.*+?()[\]{}|/-]|\[\^?(?:[^\\\]]|\\.)*\]|\((?:\?:|(?!\?))|[)|]|[^\\()[\]{}|*+?^$]|[*+?]|\{\d+(?:,\d*)?\}/suy;

/**
 * Whether an anchored pattern is deterministic. False for what this does not understand: assertions, backreferences and
 * escapes of other kinds.
 */
export function isDeterministic(pattern: string): boolean {
  if (!/^\^.*[^\\]\$$/su.test(pattern)) return false;
  const tokens = tokensOf(withoutWords(pattern.slice(1, -1)));
  return tokens !== null && new Expression(tokens).isDeterministic();
}

/**
 * Replaces each choice between words with their first characters: if none begins with another, the next characters of a text
 * leave only one of them.
 */
function withoutWords(source: string): string {
  return source.replaceAll(
    /\((?:\?:)?([A-Za-z0-9]+(?:\|[A-Za-z0-9]+)+)\)/g,
    (choice: string, inside: string) => {
      const words = inside.split('|');
      const isPrefix = (word: string): boolean => words.filter((other) => other.startsWith(word)).length > 1;
      return words.some(isPrefix) ? choice : `([${words.map((word) => word.charAt(0)).join('')}])`;
    },
  );
}

function tokensOf(source: string): readonly string[] | null {
  const tokens: string[] = [];
  for (let index = 0; index < source.length; ) {
    token.lastIndex = index;
    const [found] = token.exec(source) ?? [];
    if (found === undefined) return null;
    tokens.push(found);
    index += found.length;
  }
  return tokens;
}

class Expression {
  readonly #tokens: readonly string[];
  #next = 0;
  readonly #characters: Characters[] = [];
  /** The positions that can follow each position. */
  readonly #follow: Set<number>[] = [];
  /** Whether a repetition of a repetition can match a text in several ways. */
  #isAmbiguous = false;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  isDeterministic(): boolean {
    // The anchors are not those of alternatives at the top.
    const whole = this.#sequence();
    if (this.#next < this.#tokens.length || this.#isAmbiguous) return false;
    return [whole.first, ...this.#follow.map((set) => [...set])].every((choice) => this.#areDisjoint(choice));
  }

  #areDisjoint(positions: readonly number[]): boolean {
    let known = 0n;
    for (const position of positions) {
      const own = this.#characters[position] ?? any;
      if ((known & own) !== 0n) return false;
      known |= own;
    }
    return true;
  }

  #alternatives(): Part {
    let part = this.#sequence();
    while (this.#tokens[this.#next] === '|') {
      this.#next += 1;
      const other = this.#sequence();
      part = {
        first: [...part.first, ...other.first],
        last: [...part.last, ...other.last],
        isEmpty: part.isEmpty || other.isEmpty,
      };
    }
    return part;
  }

  #sequence(): Part {
    let part = empty;
    for (;;) {
      const next = this.#tokens[this.#next];
      if (next === undefined || next === '|' || next === ')') return part;
      const item = this.#repeated(this.#item(next), !next.startsWith('('));
      this.#link(part.last, item.first);
      part = {
        first: part.isEmpty ? [...part.first, ...item.first] : part.first,
        last: item.isEmpty ? [...part.last, ...item.last] : item.last,
        isEmpty: part.isEmpty && item.isEmpty,
      };
    }
  }

  #item(text: string): Part {
    this.#next += 1;
    if (text.startsWith('(')) {
      const part = this.#alternatives();
      this.#next += 1;
      return part;
    }
    const position = this.#characters.push(charactersOf(text)) - 1;
    this.#follow.push(new Set());
    return { first: [position], last: [position], isEmpty: false };
  }

  #repeated(part: Part, isCharacter: boolean): Part {
    const quantifier = this.#tokens[this.#next] ?? '';
    const [, least = '', comma = '', most = ''] = /^\{(\d+)(,?)(\d*)\}$/.exec(quantifier) ?? [];
    if (!/^[*+?]$/.test(quantifier) && least === '') return part;
    this.#next += 1;
    if (part.isEmpty) this.#isAmbiguous = true;
    // After a `?`, a repetition is lazy, which changes nothing here.
    if (this.#tokens[this.#next] === '?') this.#next += 1;
    const isFixed = least !== '' && (comma === '' || least === most);
    if (quantifier !== '?' && !(isFixed && isCharacter)) this.#link(part.last, part.first);
    return {
      ...part,
      isEmpty: part.isEmpty || quantifier === '*' || quantifier === '?' || Number(least || 1) === 0,
    };
  }

  #link(from: readonly number[], to: readonly number[]): void {
    for (const position of from) {
      for (const next of to) {
        if (this.#follow[position]?.has(next) === true) this.#isAmbiguous = true;
        this.#follow[position]?.add(next);
      }
    }
  }
}

const letters = charactersIn('A-Za-z0-9_');
const digits = charactersIn('0-9');

/** The characters of a token; all of them for one that is not of ASCII characters only. */
function charactersOf(text: string): Characters {
  if (text === '\\d') return digits;
  if (text === '\\w') return letters;
  if (/^\\[DWsS]$|^\.$|^\[\^/.test(text)) return any;
  return charactersIn(text.startsWith('[') ? text.slice(1, -1) : text);
}

/** The characters of the inside of a class. */
function charactersIn(inside: string): Characters {
  const parts = inside.match(/\\[dw]|\\[\\^$.*+?()[\]{}|/-]|[^\\]/gsu) ?? [];
  if (parts.join('') !== inside) return any;
  let characters = 0n;
  for (let index = 0; index < parts.length; index += 1) {
    const [part = '', dash, end] = parts.slice(index, index + 3);
    if (part === '\\d' || part === '\\w') {
      characters |= part === '\\d' ? digits : letters;
      continue;
    }
    const isRange = dash === '-' && end !== undefined && !/^\\[dw]$/.test(end);
    const [from, to] = [codeOf(part), codeOf(isRange ? end : part)];
    if (from > 127 || to > 127) return any;
    for (let code = from; code <= to; code += 1) characters |= 1n << BigInt(code);
    if (isRange) index += 2;
  }
  return characters;
}

function codeOf(part: string): number {
  return part.codePointAt(part.length > 1 && part.startsWith('\\') ? 1 : 0) ?? 128;
}
