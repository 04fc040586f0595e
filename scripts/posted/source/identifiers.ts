/**
 * Makes identifiers of TypeScript from the names of a contract, which may be any text: with spaces, with quotes,
 * reserved words, the same name twice. The one place where that is done.
 */

/**
 * What strict ECMAScript (ECMA-262 section 12.7.2) does not let a module declare, or TypeScript, which knows
 * `globalThis` and `undefined` as its own.
 */
const reserved: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export ' +
    'extends false finally for function globalThis if implements import in instanceof interface let new null ' +
    'package private protected public return static super switch this throw true try typeof undefined var void ' +
    'while with yield'
  ).split(' '),
);

/** `post-feed`, `post feed` and `postFeed` give `PostFeed`; capitals inside a word stay. */
export function pascalCase(name: string): string {
  const words = name.normalize('NFC').match(/[\p{ID_Continue}$]+/gu) ?? [];
  return safe(
    words
      .flatMap((word) => word.split('_'))
      .map((word) => changeFirst(word, (first) => first.toUpperCase()))
      .join(''),
  );
}

export function camelCase(name: string): string {
  return safe(changeFirst(pascalCase(name), (first) => first.toLowerCase()));
}

function safe(identifier: string): string {
  if (reserved.has(identifier)) return `${identifier}_`;
  return /^[\p{ID_Start}$_]/u.test(identifier) ? identifier : `_${identifier}`;
}

function changeFirst(word: string, change: (first: string) => string): string {
  const [first = '', ...rest] = word;
  return change(first) + rest.join('');
}

/** The names that one scope has given away. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** The first candidate that is free; where none is, the last one with the lowest number from 2 on. */
  claim(...candidates: readonly [string, ...string[]]): string {
    const name =
      candidates.find((candidate) => !this.#taken.has(candidate)) ?? this.#number(candidates.at(-1) ?? '_');
    this.#taken.add(name);
    return name;
  }

  #number(base: string): string {
    let number = 2;
    while (this.#taken.has(`${base}${number}`)) number += 1;
    return `${base}${number}`;
  }
}
