import type { Unreadable } from '../contract/contract-files.ts';
import { ContractSource } from '../contract/contract-source.ts';
import { joinPointer, pointerOfReference, splitPointer, valueAt } from '../contract/json-pointer.ts';
import { nearestName } from '../contract/nearest-name.ts';
import type { Problems, SourceLocation } from '../contract/problems.ts';

/** The `$ref` of a Reference Object; null for any other value. */
export function referenceIn(value: unknown): string | null {
  const isReference = typeof value === 'object' && value !== null && '$ref' in value;
  return isReference && typeof value.$ref === 'string' ? value.$ref : null;
}

export function contentOf({ source, pointer }: SourceLocation): unknown {
  return valueAt(source.value, pointer);
}

/** Null if a file must be read first, or if it could not be parsed, which was reported. */
type Found = SourceLocation | Unreadable | null;

/** Files by their URLs. */
type ReadFiles = ReadonlyMap<string, ContractSource | Unreadable>;

/** Resolves references within and between the files read so far. */
export class References {
  /** The URLs of files that must be read before all references can be resolved. */
  readonly missing = new Set<string>();
  readonly #files: ReadFiles;
  readonly #problems: Problems;

  constructor(files: ReadFiles, problems: Problems) {
    this.#files = files;
    this.#problems = problems;
  }

  /** The target of an object's reference; null if it cannot be resolved, which is reported unless a file is missing. */
  target(reference: string, from: SourceLocation): SourceLocation | null {
    const open = new Set([keyOf(from)]);
    const found = this.#find(reference, from, open);
    const end = isLocation(found) ? this.#end(found, open) : found;
    const failure = isLocation(found) && end !== circle ? found : end;
    if (failure === null || isLocation(failure)) return failure;
    const location = { source: from.source, pointer: joinPointer(from.pointer, '$ref') };
    this.#problems.report(location, `$ref ${JSON.stringify(reference)} ${failure.what}`, failure.fix);
    return null;
  }

  /** The end of the chain of references from a location: itself if there are none; null if it cannot be resolved. */
  end(location: SourceLocation): SourceLocation | null {
    const end = this.#end(location, new Set());
    return isLocation(end) ? end : null;
  }

  #find(reference: string, from: SourceLocation, open: ReadonlySet<string>): Found {
    const [, path = '', fragment = ''] = /^([^#]*)(.*)$/s.exec(reference) ?? [];
    const own = path === '' ? definitionInSchema(fragment, from) : null;
    if (own !== null) return own;
    const source = path === '' ? from.source : this.#source(path, from.source);
    if (!(source instanceof ContractSource)) return source;
    const pointer = pointerOfReference(fragment === '' ? '#' : fragment);
    if (pointer === null) {
      return {
        what: 'does not end in a JSON Pointer',
        fix: 'write `#/` and the path to the target, such as `#/components/schemas/Post`',
      };
    }
    let location: SourceLocation = { source, pointer: '' };
    const keys = splitPointer(pointer);
    for (const [index, key] of keys.entries()) {
      const parent = this.#end(location, open);
      if (!isLocation(parent)) return parent;
      location = { source: parent.source, pointer: joinPointer(parent.pointer, key) };
      if (contentOf(location) === undefined) return noTarget(path, keys, index, contentOf(parent));
    }
    return location;
  }

  /** @param open the locations whose references are being followed */
  #end(location: SourceLocation, open: ReadonlySet<string>): Found {
    const reference = referenceIn(contentOf(location));
    if (reference === null) return location;
    const key = keyOf(location);
    if (open.has(key)) return circle;
    const opened = new Set([...open, key]);
    const next = this.#find(reference, location, opened);
    return isLocation(next) ? this.#end(next, opened) : next;
  }

  #source(path: string, base: ContractSource): ContractSource | Unreadable | null {
    const url = URL.parse(path, base.url);
    if (url === null) return { what: 'is not a valid URI reference', fix: 'write the path of a file' };
    if (url.protocol === 'file:' && base.url.protocol !== 'file:') {
      return { what: 'refers from a remote file to a local file', fix: 'refer to a remote file' };
    }
    const source = this.#files.get(url.href);
    if (source === undefined) this.missing.add(url.href);
    // Syntax errors have been reported at their own lines.
    const isUnparsed = source instanceof ContractSource && source.value === undefined;
    return source === undefined || isUnparsed ? null : source;
  }
}

/**
 * The target of a reference to a definition of the schema that contains the reference, as in a schema that was copied
 * into the document; null if it has no such definition, or the document has one at its root.
 */
function definitionInSchema(fragment: string, { source, pointer }: SourceLocation): SourceLocation | null {
  if (!/^#\/(?:\$defs|definitions)\//.test(fragment)) return null;
  const keys = splitPointer(pointerOfReference(fragment) ?? '');
  if (valueAt(source.value, joinPointer('', ...keys)) !== undefined) return null;
  const parents = splitPointer(pointer);
  for (let count = parents.length; count > 0; count -= 1) {
    const at = joinPointer('', ...parents.slice(0, count), ...keys);
    if (valueAt(source.value, at) !== undefined) return { source, pointer: at };
  }
  return null;
}

/**
 * @param keys those of the reference
 * @param index the first one that has no value
 * @param parent the value that does not have it
 */
function noTarget(path: string, keys: readonly string[], index: number, parent: unknown): Unreadable {
  const names = Object.keys(Object(parent));
  const rest = keys.slice(index).join('/');
  const whole = names.find((name) => name.includes('/') && (rest === name || rest.startsWith(`${name}/`)));
  const meant = whole ?? nearestName(keys[index] ?? '', names);
  const what = 'has no target';
  if (meant === null) return { what, fix: 'correct the reference, or add its target' };
  const consumed = whole === undefined ? 1 : whole.split('/').length;
  const pointer = joinPointer('', ...keys.slice(0, index), meant, ...keys.slice(index + consumed));
  const written = `"${path}#${pointer}"`;
  const fix =
    whole === undefined ? `did you mean ${written}?` : `write ${written}: a \`/\` in a name is \`~1\``;
  return { what, fix };
}

const circle: Unreadable = { what: 'refers to itself', fix: 'break the cycle' };

function isLocation(found: Found): found is SourceLocation {
  return found !== null && 'source' in found;
}

function keyOf({ source, pointer }: SourceLocation): string {
  return `${source.url.href}#${pointer}`;
}
