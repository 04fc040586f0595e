import { posix } from 'node:path';
import { ContractDocument } from '../contract/contract-document.ts';
import type { ContractFiles, Unreadable } from '../contract/contract-files.ts';
import { ContractSource } from '../contract/contract-source.ts';
import { joinPointer, nearestOf, setAt, splitPointer, valueAt } from '../contract/json-pointer.ts';
import type { Problems, SourceLocation } from '../contract/problems.ts';
import { isSchemaObject, replaceSubschemas, type SchemaObject } from '../schemas/json-schema.ts';
import { rewriteSchema } from '../schemas/schema-formats.ts';
import { formatAt, mark, markOutermost, withReference } from './formatted-schemas.ts';
import { hasReadableFormat, isFormattedSchema, type Position, positionOf } from './positions.ts';
import { contentOf, References, referenceIn } from './references.ts';

/**
 * Bundles a contract's files into one document. Referenced schemas become components. Any other object moves to the
 * first reference from outside of its file, and later references point there.
 */
export async function bundle(
  main: ContractSource,
  files: ContractFiles,
  problems: Problems,
): Promise<ContractDocument> {
  const read = new Map<string, ContractSource | Unreadable>([[main.url.href, main]]);
  // A file's references are known only after reading it, so start over with more files until none is missing.
  for (;;) {
    const references = new References(read, problems);
    const document = new Bundler(main, references, problems).bundle();
    if (references.missing.size === 0) return document;
    for (const address of references.missing) {
      const file = await files.read(address);
      if (file instanceof ContractSource) problems.include(file);
      read.set(address, file);
    }
  }
}

/** The kinds of components with names in generated code: referenced objects of these kinds become components. */
const kinds = { schemas: 'schema', securitySchemes: 'securityScheme', messages: 'message' } as const;

type Kind = keyof typeof kinds;

const kindOf: ReadonlyMap<Position, Kind> = new Map(
  Object.entries(kinds).map(([kind, position]) => [position, kind as Kind]),
);

/** Copied before the rest, so that references to components point to the components. */
const first: ReadonlySet<string> = new Set([
  '/components',
  ...Object.keys(kinds).map((kind) => `/components/${kind}`),
]);

class Bundler {
  readonly #main: ContractSource;
  readonly #references: References;
  readonly #problems: Problems;
  /** The origins of values, by pointers into the bundle. */
  readonly #origins = new Map<string, SourceLocation>();
  /** The pointers into the bundle, by file and pointer into the file. */
  readonly #placed = new Map<ContractSource, Map<string, string>>();
  /** The objects that became components, by their pointers into the bundle. */
  readonly #components = new Map<string, { readonly from: SourceLocation; readonly kind: Kind }>();
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
    // Copying a component can add further components: the loop includes them.
    for (const [pointer, { from, kind }] of this.#components) {
      setAt(value, pointer, mark(this.#copy(contentOf(from), pointer, from, kinds[kind]), from));
    }
    this.#shareComponents(value);
    return new ContractDocument(this.#main.file, value, this.#problems, (pointer) => {
      const [origin, keys] = nearestOf(this.#origins, pointer) ?? [root, []];
      return { source: origin.source, pointer: joinPointer(origin.pointer, ...keys) };
    });
  }

  #place(from: SourceLocation, at: string): void {
    this.#placed.set(from.source, (this.#placed.get(from.source) ?? new Map()).set(from.pointer, at));
    this.#origins.set(at, from);
  }

  /** The pointer into the bundle to a location of a file; null if it is not in the bundle yet. */
  #pointerOf({ source, pointer }: SourceLocation): string | null {
    const [at, keys] = nearestOf(this.#placed.get(source) ?? new Map<string, string>(), pointer) ?? [];
    return at === undefined || keys === undefined ? null : joinPointer(at, ...keys);
  }

  /** The author's components keep their names, including those that are only references to another file. */
  #placeComponents(pointer: string): void {
    const parent = this.#references.end({ source: this.#main, pointer });
    const names = Object.keys(parent === null ? {} : (contentOf(parent) ?? {}));
    const components = names.map((name): [at: string, from: SourceLocation] => [
      joinPointer(pointer, name),
      { source: parent?.source ?? this.#main, pointer: joinPointer(parent?.pointer ?? '', name) },
    ]);
    for (const [at, from] of components) {
      this.#componentPointers.add(at);
      this.#place(from, at);
    }
    for (const [at, from] of components) {
      const end = isPureReference(contentOf(from)) ? this.#references.end(from) : null;
      if (end !== null && !this.#isComponent(this.#pointerOf(end))) this.#place(end, at);
    }
  }

  #isComponent(at: string | null): at is string {
    return at !== null && this.#componentPointers.has(at);
  }

  #copy(value: unknown, at: string, from: SourceLocation, position: Position): unknown {
    if (typeof value !== 'object' || value === null || position === 'data') return structuredClone(value);
    const reference = referenceIn(value);
    if (position === 'schema' && isFormattedSchema(value) && hasReadableFormat(value)) {
      const schema = inside(from, ['schema']);
      this.#origins.set(at, schema);
      return this.#copy(value.schema, at, schema, 'schema');
    }
    if (position === 'schema' && !isFormattedSchema(value)) {
      if (formatAt(from) !== null) return this.#copyFormatted(value, reference, at, from);
      if (reference === null) return this.#copySchema(value, at, from);
      return this.#refer(value, reference, at, from, 'schemas');
    }
    if (reference !== null) return this.#copyReference(value, reference, at, from, position);
    const parent = position === 'schema' ? 'object' : position;
    const keys = Object.keys(value).filter((key) => key !== 'schemaFormat' || !hasReadableFormat(value));
    const copies = new Map(
      keys
        .toSorted((a, b) => Number(first.has(joinPointer(at, b))) - Number(first.has(joinPointer(at, a))))
        .map((key) => [
          key,
          this.#copy(
            Reflect.get(value, key),
            joinPointer(at, key),
            inside(from, [key]),
            positionOf(key, parent, value),
          ),
        ]),
    );
    const entries = keys.map((key) => [key, copies.get(key)] as const);
    return Array.isArray(value) ? entries.map(([, copy]) => copy) : Object.fromEntries(entries);
  }

  #copyFormatted(value: object, reference: string | null, at: string, from: SourceLocation): unknown {
    const { $ref: _reference, ...others } = value as SchemaObject;
    const target = reference === null ? null : this.#refer({}, reference, at, from, 'schemas');
    return markOutermost(withReference(Object(this.#copySchema(others, at, from)), target), from);
  }

  /** Copies a schema without its definitions, because the referenced ones are components. */
  #copySchema(value: object, at: string, from: SourceLocation): unknown {
    if (!isSchemaObject(value)) return value;
    const format = formatAt(from);
    const identity = from.pointer === '' ? identityOf(value) : [];
    // The format says which version of JSON Schema it is.
    const known = format === null ? identity : ['$id', '$schema'];
    const own = without(value, 'definitions', '$defs', ...known);
    const { schema, renamed } = format === null ? { schema: own, renamed: {} } : rewriteSchema(own, format);
    return replaceSubschemas(schema, (subschema, [keyword, ...keys]) => {
      const inner = joinPointer(at, keyword, ...keys);
      const origin = inside(from, [Reflect.get(renamed, keyword) ?? keyword, ...keys]);
      if (Object.hasOwn(renamed, keyword)) this.#origins.set(inner, origin);
      return this.#copy(subschema, inner, origin, 'schema') as SchemaObject;
    });
  }

  /** A copy of a reference's target, if this is the first reference to it; otherwise a reference to that copy. */
  #copyReference(
    value: object,
    reference: string,
    at: string,
    from: SourceLocation,
    position: Position,
  ): unknown {
    const ignored = Object.keys(value).filter((key) => key !== '$ref');
    if (ignored.length > 0) {
      const what = `\`${ignored.join('`, `')}\` next to $ref has no effect`;
      this.#problems.warn(from, what, 'remove it, or move it to the target');
    }
    const kind = kindOf.get(position);
    if (kind !== undefined) return this.#refer({}, reference, at, from, kind);
    const target = this.#references.target(reference, from);
    if (target === null) return value;
    const known = first.has(at) ? null : this.#pointerOf(target);
    // Extensions are copied as plain data, so a target inside one needs a copy of its own kind.
    if (known === null || known === at || known.startsWith('/x-')) {
      this.#place(target, at);
      return this.#copy(contentOf(target), at, target, position);
    }
    if (from.source === this.#main && reference.startsWith('#')) return value;
    if (!`${at}/`.startsWith(`${known}/`)) return referenceTo(known);
    const location = inside(from, ['$ref']);
    const what = `$ref ${JSON.stringify(reference)} refers to an object that contains it`;
    this.#problems.report(location, what, 'remove it');
    return value;
  }

  /** A reference to a component; or its content, if the value is that component. */
  #refer(value: object, reference: string, at: string, from: SourceLocation, kind: Kind): unknown {
    const target = this.#references.target(reference, from);
    const component = target === null ? null : this.#componentOf(target, kind);
    if (component === null) return value;
    if (component !== at) return { ...value, ...referenceTo(component) };
    const end = this.#references.end(from) ?? from;
    this.#origins.set(at, end);
    return this.#copy(contentOf(end), at, end, kinds[kind]);
  }

  #componentOf(target: SourceLocation, kind: Kind): string | null {
    const known = this.#pointerOf(target);
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

  #claim(parent: string, name: string): string {
    for (let count = 1; ; count += 1) {
      const pointer = joinPointer(parent, count === 1 ? name : `${name}${count}`);
      if (this.#componentPointers.has(pointer)) continue;
      this.#componentPointers.add(pointer);
      return pointer;
    }
  }

  /** Replaces copies of components inside other objects with references. */
  #shareComponents(value: unknown): void {
    for (const [source, pointers] of this.#placed) {
      for (const [pointer, component] of pointers) {
        const [key, ...parent] = splitPointer(pointer).toReversed();
        if (key === undefined || !this.#isComponent(component)) continue;
        const at = this.#pointerOf({ source, pointer: joinPointer('', ...parent.toReversed()) });
        const copy = at === null ? component : joinPointer(at, key);
        if (copy !== component && valueAt(value, copy) !== undefined)
          setAt(value, copy, referenceTo(component));
      }
    }
  }
}

function inside({ source, pointer }: SourceLocation, keys: readonly string[]): SourceLocation {
  return { source, pointer: joinPointer(pointer, ...keys) };
}

function referenceTo(pointer: string): SchemaObject {
  return { $ref: `#${pointer.replaceAll('%', '%25')}` };
}

function isPureReference(value: unknown): boolean {
  return referenceIn(value) !== null && Object.keys(value ?? {}).length === 1;
}

/** The keywords of a file's root schema that have no meaning in a bundle: `$id`, and `$schema` if it is draft-07. */
function identityOf({ $schema }: SchemaObject): readonly string[] {
  const isDraft07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/.test(String($schema));
  return isDraft07 ? ['$id', '$schema'] : ['$id'];
}

function without(schema: SchemaObject, ...keywords: readonly string[]): SchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

/** Keys that describe the role of a value, not its owner. */
const structural =
  /^(\d+|payload|headers|query|schema|items|prefixItems|contains|not|if|then|else|allOf|anyOf|oneOf|propertyNames|additional(Items|Properties))$/;

/**
 * The name of a new component: from the last key that is a name onward (`y-payload` for
 * `#/channels/x/messages/y/payload`), or else from the name of its file.
 */
function componentNameOf({ source, pointer }: SourceLocation): string {
  const keys = splitPointer(pointer);
  const last = keys.findLastIndex((key) => !structural.test(key));
  const [fileName = ''] = decodeURI(posix.basename(source.url.pathname)).split('.');
  const words = last === -1 ? [fileName, ...keys] : keys.slice(last);
  const name = words.join('-').replaceAll(/[^\w.-]+/g, '-');
  return name.replaceAll('-', '') === '' ? 'schema' : name;
}
