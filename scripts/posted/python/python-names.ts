/** Turns the names of a contract, which may be any text, into Python identifiers. All of them are made here. */

/** Keywords (Python Language Reference, section 2.3.1). */
const keywords: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Whether a name is an identifier that Python does not change: it normalizes identifiers to NFKC. */
export function isIdentifier(name: string): boolean {
  return (
    /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name) &&
    name.normalize('NFKC') === name &&
    !keywords.has(name)
  );
}

/** The identifier that resembles a name most closely. */
export function identifier(name: string): string {
  const replaced = name.normalize('NFKC').replaceAll(/\P{XID_Continue}+/gu, '_');
  const started = /^[\p{XID_Start}_]/u.test(replaced) ? replaced : `_${replaced}`;
  return keywords.has(started) ? `${started}_` : started;
}

/** An identifier without a leading underscore, which would make it private. */
export function publicIdentifier(name: string, prefix: string): string {
  const bare = identifier(name).replace(/^_+/, '');
  return isIdentifier(bare) ? bare : `${prefix}${bare}`;
}

/** `postFeed`, `post-feed` and `post feed` give `post_feed`. The prefix makes an identifier of any other name. */
export function snakeCase(name: string, prefix = 'channel_'): string {
  return publicIdentifier(words(name).join('_').toLowerCase(), prefix);
}

/** `Posted feed` gives `posted-feed`; a name without ASCII letters and digits gives `contract`. */
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

/** Packages that a package of the same name would hide, or that would hide it. */
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
