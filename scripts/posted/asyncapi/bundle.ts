import { posix } from 'node:path';
import { ContractDocument } from '../contract/contract-document.ts';
import type { ContractFiles, Unreadable } from '../contract/contract-files.ts';
import { ContractSource } from '../contract/contract-source.ts';
import { joinPointer, nearestOf, setAt, splitPointer, valueAt } from '../contract/json-pointer.ts';
import type { Place, Problems } from '../contract/problems.ts';
import { isSchemaObject, replaceSubschemas, type SchemaObject } from '../schemas/json-schema.ts';
import { hasOwnFormat, isFormattedSchema, type Position, positionOf } from './positions.ts';
import { contentOf, References, referenceIn } from './references.ts';

/**
 * Makes one document of a contract's files. Schemas that are referred to become components; any other object is
 * put where it is first referred to from outside of its file, and the next reference to it leads there.
 */
export async function bundle(
  main: ContractSource,
  files: ContractFiles,
  problems: Problems,
): Promise<ContractDocument> {
  const read = new Map<string, ContractSource | Unreadable>([[main.url.href, main]]);
  // What a file refers to is known once it is read: begun again with more files, until none is missing.
  for (;;) {
    const references = new References(read, problems);
    const document = new Bundler(main, references, problems).bundle();
    if (references.wanted.size === 0) return document;
    for (const address of references.wanted) {
      const file = await files.read(address);
      if (file instanceof ContractSource) problems.include(file);
      read.set(address, file);
    }
  }
}

/** Kinds of components that have a name in generated code: what is one of them becomes a component. */
const kinds = { schemas: 'schema', securitySchemes: 'securityScheme', messages: 'message' } as const;

type Kind = keyof typeof kinds;

const kindOf: ReadonlyMap<Position, Kind> = new Map(
  Object.entries(kinds).map(([kind, position]) => [position, kind as Kind]),
);

/** What others may refer to comes before them, so that it keeps its place. */
const first: ReadonlySet<string> = new Set([
  '/components',
  ...Object.keys(kinds).map((kind) => `/components/${kind}`),
]);

class Bundler {
  readonly #main: ContractSource;
  readonly #references: References;
  readonly #problems: Problems;
  /** By pointers into the bundle: where that was written. */
  readonly #origins = new Map<string, Place>();
  /** By sources and pointers into them: the pointers into the bundle to what was there. */
  readonly #placed = new Map<ContractSource, Map<string, string>>();
  /** What has become a component, by the pointer to it. */
  readonly #components = new Map<string, { readonly from: Place; readonly kind: Kind }>();
  readonly #componentPointers = new Set<string>();

  constructor(main: ContractSource, references: References, problems: Problems) {
    this.#main = main;
    this.#references = references;
    this.#problems = problems;
  }

  bundle(): ContractDocument {
    const root = { source: this.#main, pointer: '' };
    this.#place(root, '');
    for (const kind of Object.keys(kinds)) this.#placeComponents(`/components/${kind}`);
    const value = this.#copy(this.#main.value, '', root, 'object');
    // Components bring more of them.
    for (const [pointer, { from, kind }] of this.#components) {
      setAt(value, pointer, this.#copy(contentOf(from), pointer, from, kinds[kind]));
    }
    this.#shareComponents(value);
    return new ContractDocument(this.#main.file, value, this.#problems, (pointer) => {
      const [origin, keys] = nearestOf(this.#origins, pointer) ?? [root, []];
      return { source: origin.source, pointer: joinPointer(origin.pointer, ...keys) };
    });
  }

  #place(from: Place, at: string): void {
    this.#placed.set(from.source, (this.#placed.get(from.source) ?? new Map()).set(from.pointer, at));
    this.#origins.set(at, from);
  }

  /** Where a place of a file is found in the bundle. */
  #placeOf({ source, pointer }: Place): string | null {
    const [at, keys] = nearestOf(this.#placed.get(source) ?? new Map<string, string>(), pointer) ?? [];
    return at === undefined || keys === undefined ? null : joinPointer(at, ...keys);
  }

  /** The components that the author made keep their names, also those that only refer to another file. */
  #placeComponents(pointer: string): void {
    const holder = this.#references.end({ source: this.#main, pointer });
    const names = Object.keys(holder === null ? {} : (contentOf(holder) ?? {}));
    const places = names.map((name): [at: string, from: Place] => [
      joinPointer(pointer, name),
      { source: holder?.source ?? this.#main, pointer: joinPointer(holder?.pointer ?? '', name) },
    ]);
    for (const [at, from] of places) {
      this.#componentPointers.add(at);
      this.#place(from, at);
    }
    for (const [at, from] of places) {
      const end = isPureReference(contentOf(from)) ? this.#references.end(from) : null;
      if (end !== null && !this.#isComponent(this.#placeOf(end))) this.#place(end, at);
    }
  }

  #isComponent(at: string | null): at is string {
    return at !== null && this.#componentPointers.has(at);
  }

  #copy(value: unknown, at: string, from: Place, position: Position): unknown {
    if (typeof value !== 'object' || value === null || position === 'data') return structuredClone(value);
    const reference = referenceIn(value);
    if (position === 'schema' && isFormattedSchema(value) && hasOwnFormat(value)) {
      const schema = inside(from, ['schema']);
      this.#origins.set(at, schema);
      return this.#copy(value.schema, at, schema, 'schema');
    }
    if (position === 'schema' && !isFormattedSchema(value)) {
      if (reference === null) return this.#copySchema(value, at, from);
      return this.#refer(value, reference, at, from, 'schemas');
    }
    if (reference !== null) return this.#copyReference(value, reference, at, from, position);
    const holder = position === 'schema' ? 'object' : position;
    const keys = Object.keys(value).filter((key) => key !== 'schemaFormat' || !hasOwnFormat(value));
    const copies = new Map(
      keys
        .toSorted((a, b) => Number(first.has(joinPointer(at, b))) - Number(first.has(joinPointer(at, a))))
        .map((key) => [
          key,
          this.#copy(
            Reflect.get(value, key),
            joinPointer(at, key),
            inside(from, [key]),
            positionOf(key, holder, value),
          ),
        ]),
    );
    const entries = keys.map((key) => [key, copies.get(key)] as const);
    return Array.isArray(value) ? entries.map(([, copy]) => copy) : Object.fromEntries(entries);
  }

  /** Without its definitions: those that something refers to are components. */
  #copySchema(value: object, at: string, from: Place): unknown {
    if (!isSchemaObject(value)) return value;
    const schema = without(value, 'definitions', '$defs', ...(from.pointer === '' ? identityOf(value) : []));
    return replaceSubschemas(
      schema,
      (subschema, keys) =>
        // What a schema holds where a schema belongs is copied as one.
        this.#copy(subschema, joinPointer(at, ...keys), inside(from, keys), 'schema') as SchemaObject,
    );
  }

  /** What an object refers to, where that is the first to be put there; or a reference to where it is. */
  #copyReference(value: object, reference: string, at: string, from: Place, position: Position): unknown {
    const ignored = Object.keys(value).filter((key) => key !== '$ref');
    if (ignored.length > 0) {
      const what = `\`${ignored.join('`, `')}\` beside $ref has no effect`;
      this.#problems.warn(from, what, 'remove it, or move it to what is referred to');
    }
    const kind = kindOf.get(position);
    if (kind !== undefined) return this.#refer({}, reference, at, from, kind);
    const target = this.#references.target(reference, from);
    if (target === null) return value;
    const known = first.has(at) ? null : this.#placeOf(target);
    // What stands in an extension was not copied as what it is.
    if (known === null || known === at || known.startsWith('/x-')) {
      this.#place(target, at);
      return this.#copy(contentOf(target), at, target, position);
    }
    if (from.source === this.#main && reference.startsWith('#')) return value;
    if (!`${at}/`.startsWith(`${known}/`)) return referenceTo(known);
    const place = inside(from, ['$ref']);
    this.#problems.report(place, `$ref ${JSON.stringify(reference)} leads to what holds it`, 'remove it');
    return value;
  }

  /** A reference to a component; what stands in a component of that name, if it is written nowhere else. */
  #refer(value: object, reference: string, at: string, from: Place, kind: Kind): unknown {
    const target = this.#references.target(reference, from);
    const component = target === null ? null : this.#componentOf(target, kind);
    if (component === null) return value;
    if (component !== at) return { ...value, ...referenceTo(component) };
    const end = this.#references.end(from) ?? from;
    this.#origins.set(at, end);
    return this.#copy(contentOf(end), at, end, kinds[kind]);
  }

  #componentOf(target: Place, kind: Kind): string | null {
    const known = this.#placeOf(target);
    if (this.#isComponent(known)) return known;
    const reference = referenceIn(contentOf(target));
    if (reference !== null && isPureReference(contentOf(target))) {
      const next = this.#references.target(reference, target);
      return next === null ? null : this.#componentOf(next, kind);
    }
    const pointer = this.#claim(`/components/${kind}`, componentNameOf(target));
    this.#place(target, pointer);
    this.#components.set(pointer, { from: target, kind });
    return pointer;
  }

  #claim(holder: string, name: string): string {
    for (let count = 1; ; count += 1) {
      const pointer = joinPointer(holder, count === 1 ? name : `${name}${count}`);
      if (this.#componentPointers.has(pointer)) continue;
      this.#componentPointers.add(pointer);
      return pointer;
    }
  }

  /** What became a component, and stands inside of something else as well, stands there by reference. */
  #shareComponents(value: unknown): void {
    for (const [source, pointers] of this.#placed) {
      for (const [pointer, component] of pointers) {
        const [key, ...holder] = splitPointer(pointer).toReversed();
        if (key === undefined || !this.#isComponent(component)) continue;
        const at = this.#placeOf({ source, pointer: joinPointer('', ...holder.toReversed()) });
        const twin = at === null ? component : joinPointer(at, key);
        if (twin !== component && valueAt(value, twin) !== undefined)
          setAt(value, twin, referenceTo(component));
      }
    }
  }
}

function inside({ source, pointer }: Place, keys: readonly string[]): Place {
  return { source, pointer: joinPointer(pointer, ...keys) };
}

function referenceTo(pointer: string): SchemaObject {
  return { $ref: `#${pointer.replaceAll('%', '%25')}` };
}

function isPureReference(value: unknown): boolean {
  return referenceIn(value) !== null && Object.keys(value ?? {}).length === 1;
}

/** What only says where a file might be found, and that it is JSON Schema draft-07, which it has to be. */
function identityOf({ $schema }: SchemaObject): readonly string[] {
  const isDraft07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/.test(String($schema));
  return isDraft07 ? ['$id', '$schema'] : ['$id'];
}

function without(schema: SchemaObject, ...keywords: readonly string[]): SchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

/** Keys that say what stands behind them, and not whose it is. */
const structural =
  /^(\d+|payload|headers|query|schema|items|prefixItems|contains|not|if|then|else|allOf|anyOf|oneOf|propertyNames|additional(Items|Properties))$/;

/**
 * What is to be called a component that was none where it was written: as the last key that is a name, with what
 * follows it (`y-payload` of `#/channels/x/messages/y/payload`), else as its file.
 */
function componentNameOf({ source, pointer }: Place): string {
  const keys = splitPointer(pointer);
  const last = keys.findLastIndex((key) => !structural.test(key));
  const [fileName = ''] = decodeURI(posix.basename(source.url.pathname)).split('.');
  const words = last === -1 ? [fileName, ...keys] : keys.slice(last);
  const name = words.join('-').replaceAll(/[^\w.-]+/g, '-');
  return name.replaceAll('-', '') === '' ? 'schema' : name;
}
