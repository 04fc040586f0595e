import jsonEqual from '../schemas/json-equal.ts';
import { isAnnotation, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import { areDisjoint, type ReferenceTargets, shapesOf } from '../schemas/shapes.ts';
import { additionalOf, Conjunction, elementsOf, schemasIn, schemasOfProperty } from './conjunction.ts';
import { followsFrom, isSame, kindsOfKeyword } from './keyword-inclusion.ts';

/** The part of a reader's schema that keeps a proof from succeeding. */
export interface Unproven {
  /** To the value that the keyword applies to; `*` is any property or element. */
  readonly path: readonly string[];
  readonly keyword: string;
}

export interface InclusionOptions extends ReferenceTargets {
  /** Whether a value matches a schema. */
  readonly matches: (schema: JsonSchema, value: unknown) => boolean;
}

/** Beyond this, a proof is given up. People's contracts take a few hundred. */
const maxSteps = 20_000;

/**
 * Tries to prove that every value that a writer's schema allows is one that a reader's schema allows. Returns null if that
 * is certain. Otherwise it may still be true: the proof looks at each keyword on its own.
 */
export function proveInclusion(
  options: InclusionOptions,
  writer: JsonSchema,
  reader: JsonSchema,
): Unproven | null {
  return new Proof(options).prove([writer], reader, []);
}

class Proof {
  readonly #options: InclusionOptions;
  /** The inclusions being proved. One that occurs within itself, below a property or an element, is assumed. */
  readonly #open = new Set<string>();
  #steps = 0;

  constructor(options: InclusionOptions) {
    this.#options = options;
  }

  prove(writer: readonly JsonSchema[], reader: JsonSchema, path: readonly string[]): Unproven | null {
    this.#steps += 1;
    if (this.#steps > maxSteps) return { path, keyword: 'size' };
    if (reader === true || writer.some((schema) => jsonEqual(schema, reader))) return null;
    const key = JSON.stringify([writer, reader]);
    if (this.#open.has(key)) return null;
    this.#open.add(key);
    try {
      return this.#proveAll(new Conjunction(this.#options, writer), reader, path);
    } finally {
      this.#open.delete(key);
    }
  }

  #proveAll(writer: Conjunction, reader: JsonSchema, path: readonly string[]): Unproven | null {
    if (writer.kinds.size === 0) return null;
    if (reader === false) return { path, keyword: 'false' };
    if (writer.values !== null) {
      const refused = writer.values.some((value) => !this.#options.matches(reader, value));
      if (!refused) return null;
    }
    const failure = first(new Conjunction(this.#options, [reader]).parts, (part) =>
      first(Object.keys(part), (keyword) => this.#proveKeyword(writer, part, keyword, path)),
    );
    if (failure === null) return null;
    const cases = writer.split();
    return cases === null ? failure : first(cases, (schemas) => this.prove(schemas, reader, path));
  }

  #proveKeyword(
    writer: Conjunction,
    reader: SchemaObject,
    keyword: string,
    path: readonly string[],
  ): Unproven | null {
    const kinds = kindsOfKeyword[keyword];
    if (keyword === 'default' || isAnnotation(keyword)) return null;
    if (kinds !== undefined && !writer.has(...kinds)) return null;
    const own = this.#proveStructure(writer, reader, keyword, path);
    if (own !== undefined) return own;
    const isCertain =
      followsFrom(writer, reader, keyword) || writer.parts.some((part) => isSame(part, reader, keyword));
    return isCertain ? null : { path, keyword };
  }

  /** Undefined for a keyword without schemas, or with schemas that a proof does not look into. */
  #proveStructure(
    writer: Conjunction,
    reader: SchemaObject,
    keyword: string,
    path: readonly string[],
  ): Unproven | null | undefined {
    switch (keyword) {
      case 'properties':
        return first(Object.entries(schemasIn(reader, keyword)), ([name, schema]) =>
          this.prove(writer.property(name), schema, [...path, name]),
        );
      case 'patternProperties':
      case 'additionalProperties':
        return this.#proveOthers(writer, reader, path);
      case 'items':
      case 'prefixItems':
      case 'additionalItems':
        return this.#proveElements(writer, reader, path);
      case 'anyOf':
      case 'oneOf':
        return this.#proveUnion(writer, reader, keyword, path);
      case 'dependencies':
      case 'dependentRequired':
      case 'dependentSchemas':
        return this.#proveDependencies(writer, reader, keyword, path);
      case 'not':
        return this.#isDisjoint(writer, reader.not as JsonSchema) ? null : undefined;
      default:
        return undefined;
    }
  }

  /** The properties that the reader does not mention. */
  #proveOthers(writer: Conjunction, reader: SchemaObject, path: readonly string[]): Unproven | null {
    const known = schemasIn(reader, 'properties');
    const names = [...writer.names].filter((name) => !Object.hasOwn(known, name));
    const patterns = schemasIn(reader, 'patternProperties');
    const possible = (pattern: string | null): readonly JsonSchema[] =>
      pattern !== null && Object.hasOwn(patterns, pattern)
        ? Object.values(patterns)
        : [additionalOf(reader), ...Object.values(patterns)];
    return (
      first(names, (name) =>
        first(schemasOfProperty(reader, name), (schema) =>
          this.prove(writer.property(name), schema, [...path, name]),
        ),
      ) ??
      first(writer.otherProperties, ({ pattern, schemas }) =>
        first(possible(pattern), (schema) => this.prove(schemas, schema, [...path, '*'])),
      )
    );
  }

  #proveElements(writer: Conjunction, reader: SchemaObject, path: readonly string[]): Unproven | null {
    const { prefix, rest } = elementsOf(reader);
    const length = Math.min(Math.max(prefix.length, writer.prefixLength) + 1, ...writer.numbers('maxItems'));
    return first([...Array(length).keys()], (index) =>
      this.prove(writer.element(index), prefix[index] ?? rest, [
        ...path,
        index < length - 1 ? String(index) : '*',
      ]),
    );
  }

  #proveUnion(
    writer: Conjunction,
    reader: SchemaObject,
    keyword: string,
    path: readonly string[],
  ): Unproven | null {
    const alternatives = reader[keyword] as readonly JsonSchema[];
    const isProved = alternatives.some(
      (alternative, index) =>
        this.prove(writer.parts, alternative, path) === null &&
        (keyword === 'anyOf' ||
          alternatives.every((other, at) => at === index || this.#isDisjoint(writer, other))),
    );
    return isProved ? null : { path, keyword };
  }

  /** What must hold for a value that has a property. Undefined if that is not certain. */
  #proveDependencies(
    writer: Conjunction,
    reader: SchemaObject,
    keyword: string,
    path: readonly string[],
  ): null | undefined {
    const isCertain = Object.entries(Object(reader[keyword])).every(([name, needed]) => {
      if (writer.property(name).includes(false)) return true;
      const schema = Array.isArray(needed) ? { required: needed } : (needed as JsonSchema);
      return this.prove([...writer.parts, { required: [name] }], schema, path) === null;
    });
    return isCertain ? null : undefined;
  }

  #isDisjoint({ parts }: Conjunction, schema: JsonSchema): boolean {
    const [ones, others] = [shapesOf(this.#options, parts), shapesOf(this.#options, [schema])];
    return ones.every((one) => others.every((other) => areDisjoint(this.#options, one, other)));
  }
}

/** The first result that is not null. */
function first<Item>(items: Iterable<Item>, prove: (item: Item) => Unproven | null): Unproven | null {
  for (const item of items) {
    const failure = prove(item);
    if (failure !== null) return failure;
  }
  return null;
}
