/** Makes identifiers of Python from the names of a contract, which may be any text. The one place where that is done. */

/** What Python (Language Reference, section 2.3.1) does not let a module declare. */
const keywords: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Whether a name can be written as it is, and means itself: Python reads identifiers in the form NFKC. */
export function isIdentifier(name: string): boolean {
  return (
    /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name) &&
    name.normalize('NFKC') === name &&
    !keywords.has(name)
  );
}

/** An identifier that is as much like a name as Python allows. */
export function identifier(name: string): string {
  const written = name.normalize('NFKC').replaceAll(/\P{XID_Continue}+/gu, '_');
  const begun = /^[\p{XID_Start}_]/u.test(written) ? written : `_${written}`;
  return keywords.has(begun) ? `${begun}_` : begun;
}

/** The same for what other modules use: for Python, a name that begins with an underscore is private. */
export function publicIdentifier(name: string, prefix: string): string {
  const bare = identifier(name).replace(/^_+/, '');
  return isIdentifier(bare) ? bare : `${prefix}${bare}`;
}

/** `postFeed`, `post-feed` and `post feed` give `post_feed`. */
export function snakeCase(name: string): string {
  return publicIdentifier(words(name).join('_').toLowerCase(), 'channel_');
}

/** `Posted feed` gives `posted-feed`; what has no letter or digit of ASCII gives `contract`. */
export function kebabCase(name: string): string {
  const ascii = name.normalize('NFKD').replaceAll(/[^\p{ASCII}]/gu, '');
  return words(ascii).join('-').toLowerCase().replaceAll('_', '-') || 'contract';
}

function words(name: string): readonly string[] {
  return (
    name
      .normalize('NFKC')
      .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
      .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}

/** What is imported beside the package, and would hide it or be hidden by it. */
const otherPackages: ReadonlySet<string> = new Set(
  (
    'array ast asyncio attr attrs base64 bisect calendar cmd code codecs collections copy csv dataclasses datetime ' +
    'email enum errno functools glob gzip hashlib heapq html http importlib inspect io itertools json jsonschema ' +
    'keyword locale logging mail math operator os pathlib pickle platform queue random re referencing rpds sched ' +
    'select signal site socket ssl stat statistics string struct subprocess symtable sys tempfile test threading ' +
    'time token trace types typing unittest urllib uuid venv warnings weakref websockets xml zipfile zlib'
  ).split(' '),
);

/** `Posted feed` gives `posted_feed`. */
export function packageName(title: string): string {
  const name = publicIdentifier(kebabCase(title), 'contract_');
  return otherPackages.has(name) ? `${name}_client` : name;
}
