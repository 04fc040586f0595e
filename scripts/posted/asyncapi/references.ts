import type { Unreadable } from '../contract/contract-files.ts';
import { ContractSource } from '../contract/contract-source.ts';
import { joinPointer, pointerOfReference, splitPointer, valueAt } from '../contract/json-pointer.ts';
import type { Place, Problems } from '../contract/problems.ts';

/** The text of a Reference Object; null for anything else. */
export function referenceIn(value: unknown): string | null {
  const isReference = typeof value === 'object' && value !== null && '$ref' in value;
  return isReference && typeof value.$ref === 'string' ? value.$ref : null;
}

export function contentOf({ source, pointer }: Place): unknown {
  return valueAt(source.value, pointer);
}

/** Null: a file has to be read first, or it cannot be, which has been reported. */
type Found = Place | Unreadable | null;

/** Files by their addresses. */
export type ReadFiles = ReadonlyMap<string, ContractSource | Unreadable>;

/** What references lead to, in and between the files that have been read so far. */
export class References {
  /** The addresses of files that have to be read before more can be told. */
  readonly wanted = new Set<string>();
  readonly #files: ReadFiles;
  readonly #problems: Problems;

  constructor(files: ReadFiles, problems: Problems) {
    this.#files = files;
    this.#problems = problems;
  }

  /** Where the reference of an object leads; null if that cannot be told, and unless a file is wanted a problem. */
  target(reference: string, from: Place): Place | null {
    const open = new Set([keyOf(from)]);
    const found = this.#find(reference, from.source, open);
    const end = isPlace(found) ? this.#end(found, open) : found;
    const failure = isPlace(found) && end !== circle ? found : end;
    if (failure === null || isPlace(failure)) return failure;
    const place = { source: from.source, pointer: joinPointer(from.pointer, '$ref') };
    this.#problems.report(place, `$ref ${JSON.stringify(reference)} ${failure.what}`, failure.fix);
    return null;
  }

  /** Where the references that begin in a place end: there, if none does; null if that cannot be told. */
  end(place: Place): Place | null {
    const end = this.#end(place, new Set());
    return isPlace(end) ? end : null;
  }

  #find(reference: string, base: ContractSource, open: ReadonlySet<string>): Found {
    const [, path = '', fragment = ''] = /^([^#]*)(.*)$/s.exec(reference) ?? [];
    const source = path === '' ? base : this.#source(path, base);
    if (!(source instanceof ContractSource)) return source;
    const pointer = pointerOfReference(fragment === '' ? '#' : fragment);
    if (pointer === null) {
      return {
        what: 'does not end in a JSON Pointer',
        fix: 'write `#/` and the keys that lead to its target',
      };
    }
    let place: Place = { source, pointer: '' };
    for (const key of splitPointer(pointer)) {
      const parent = this.#end(place, open);
      if (!isPlace(parent)) return parent;
      place = { source: parent.source, pointer: joinPointer(parent.pointer, key) };
      if (contentOf(place) === undefined) return nothing;
    }
    return place;
  }

  /** @param open the places whose references are being followed */
  #end(place: Place, open: ReadonlySet<string>): Found {
    const reference = referenceIn(contentOf(place));
    if (reference === null) return place;
    const key = keyOf(place);
    if (open.has(key)) return circle;
    const opened = new Set([...open, key]);
    const next = this.#find(reference, place.source, opened);
    return isPlace(next) ? this.#end(next, opened) : next;
  }

  #source(path: string, base: ContractSource): ContractSource | Unreadable | null {
    const url = URL.parse(path, base.url);
    if (url === null) return { what: 'is no URI reference', fix: 'write the path of a file' };
    if (url.protocol === 'file:' && base.url.protocol !== 'file:') {
      return { what: 'leads from another machine to this one', fix: 'refer to a file beside it' };
    }
    const source = this.#files.get(url.href);
    if (source === undefined) this.wanted.add(url.href);
    // What cannot be parsed has been reported where it is wrong.
    const isUnparsed = source instanceof ContractSource && source.value === undefined;
    return source === undefined || isUnparsed ? null : source;
  }
}

const nothing: Unreadable = { what: 'refers to nothing', fix: 'correct the pointer, or add its target' };
const circle: Unreadable = { what: 'leads back to itself', fix: 'correct the pointer, or add its target' };

function isPlace(found: Found): found is Place {
  return found !== null && 'source' in found;
}

function keyOf({ source, pointer }: Place): string {
  return `${source.url.href}#${pointer}`;
}
