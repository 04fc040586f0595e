/**
 * Turns the names of a contract into TypeScript identifiers. A name may be any text: it may contain spaces or quotes,
 * be a reserved word, or occur twice. All TypeScript identifiers are made here.
 */

/**
 * The names that a module cannot declare in strict mode (ECMA-262 section 12.7.2), and `globalThis` and `undefined`,
 * which TypeScript reserves.
 */
const reserved: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export ' +
    'extends false finally for function globalThis if implements import in instanceof interface let new null ' +
    'package private protected public return static super switch this throw true try typeof undefined var void ' +
    'while with yield'
  ).split(' '),
);

/** `post-feed`, `post feed` and `postFeed` all become `PostFeed`. */
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

/** Whether a name has characters that an identifier may contain: `/` and emoji have none. */
export function canBeIdentifier(name: string): boolean {
  return pascalCase(name) !== '_';
}

function safe(identifier: string): string {
  if (reserved.has(identifier)) return `${identifier}_`;
  return /^[\p{ID_Start}$_]/u.test(identifier) ? identifier : `_${identifier}`;
}

function changeFirst(word: string, change: (first: string) => string): string {
  const [first = '', ...rest] = word;
  return change(first) + rest.join('');
}

/** The names that are in use in one scope. */
export class Names {
  readonly #used: Set<string>;

  constructor(used: Iterable<string> = []) {
    this.#used = new Set(used);
  }

  /** Claims the first unused candidate, or the last one with the lowest unused number from 2 up. */
  claim(...candidates: readonly [string, ...string[]]): string {
    const name =
      candidates.find((candidate) => !this.#used.has(candidate)) ?? this.#number(candidates.at(-1) ?? '_');
    this.#used.add(name);
    return name;
  }

  #number(base: string): string {
    let number = 2;
    while (this.#used.has(`${base}${number}`)) number += 1;
    return `${base}${number}`;
  }
}

interface Named {
  readonly name: string;
}

/**
 * Returns the function that names the members of an object: it has a member for each of the items, under the item's
 * name, besides members of its own. A name that is taken gets the suffix. Member names may be any text.
 */
export function memberNames(
  items: readonly Named[],
  taken: Iterable<string>,
  suffix: string,
): (item: Named) => string {
  const own = new Set(taken);
  const members = new Names([...own, ...items.map(({ name }) => name)]);
  const renamed = new Map(
    items.filter(({ name }) => own.has(name)).map(({ name }) => [name, members.claim(`${name}${suffix}`)]),
  );
  return ({ name }) => renamed.get(name) ?? name;
}
