import { definitionOf } from '../schemas/definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import { unicodePattern } from '../schemas/pattern.ts';
import type { ReferenceTargets } from '../schemas/shapes.ts';

/** The kinds of JSON values that keywords distinguish. A number is an integer or a fraction. */
export type Kind = 'null' | 'boolean' | 'string' | 'integer' | 'fraction' | 'array' | 'object';

const allKinds: readonly Kind[] = ['null', 'boolean', 'string', 'integer', 'fraction', 'array', 'object'];

/** The schemas that apply to a property, if its name matches the pattern. */
interface OtherProperty {
  readonly pattern: string | null;
  readonly schemas: readonly JsonSchema[];
}

/** The elements of an array: those at the first positions, and all others. */
interface Elements {
  readonly prefix: readonly JsonSchema[];
  readonly rest: JsonSchema;
}

/**
 * Several schemas that all apply to the same value, without references and `allOf`. It says what is certain about such a
 * value, for each keyword on its own.
 */
export class Conjunction {
  readonly parts: readonly SchemaObject[];
  /** The possible kinds of the value; empty if no value matches. */
  readonly kinds: ReadonlySet<Kind>;
  /** All values that may match; null if they are too many to list. */
  readonly values: readonly unknown[] | null;

  constructor(targets: ReferenceTargets, schemas: readonly JsonSchema[]) {
    this.parts = schemas.flatMap((schema) => flatten(targets, schema));
    this.kinds = this.parts.map(kindsOf).reduce((one, other) => one.intersection(other), new Set(allKinds));
    this.values = this.#listValues();
  }

  has(...kinds: readonly Kind[]): boolean {
    return kinds.some((kind) => this.kinds.has(kind));
  }

  /** The numbers that the schemas have for a keyword. */
  numbers(keyword: string): readonly number[] {
    return this.parts.flatMap((part) => (typeof part[keyword] === 'number' ? [part[keyword]] : []));
  }

  /** The names of the properties that the value must have, those that depend on others included. */
  get required(): ReadonlySet<string> {
    const names = new Set(this.parts.flatMap((part) => namesIn(part.required)));
    // Iterating over a set includes the names that are added meanwhile.
    for (const name of names) {
      for (const { dependencies, dependentRequired } of this.parts) {
        for (const needed of [dependencies, dependentRequired]) {
          for (const other of namesIn(Object(needed)[name])) names.add(other);
        }
      }
    }
    return names;
  }

  /** The names of the properties that a schema mentions. */
  get names(): ReadonlySet<string> {
    return new Set(this.parts.flatMap(({ properties }) => Object.keys(Object(properties))));
  }

  /** All schemas that apply to the property with this name. */
  property(name: string): readonly JsonSchema[] {
    return this.parts.flatMap((part) => schemasOfProperty(part, name));
  }

  /** What may apply to a property whose name no schema mentions: with `patternProperties`, that depends on the name. */
  get otherProperties(): readonly OtherProperty[] {
    const plain = this.parts.filter((part) => part.patternProperties === undefined).map(additionalOf);
    const [patterned] = this.parts.filter((part) => part.patternProperties !== undefined);
    if (patterned === undefined) return [{ pattern: null, schemas: plain }];
    const patterns = Object.entries(schemasIn(patterned, 'patternProperties'));
    return [
      { pattern: null, schemas: [...plain, additionalOf(patterned)] },
      ...patterns.map(([pattern, schema]) => ({ pattern, schemas: [...plain, schema] })),
    ];
  }

  /** All schemas that apply to the element at this index. */
  element(index: number): readonly JsonSchema[] {
    return this.parts.map(elementsOf).map(({ prefix, rest }) => prefix[index] ?? rest);
  }

  /** The number of first elements that have schemas of their own. */
  get prefixLength(): number {
    return Math.max(0, ...this.parts.map((part) => elementsOf(part).prefix.length));
  }

  /**
   * The same values in several parts, each of them more certain: by the alternatives of a union, or else by kind. Null if
   * that is not possible.
   */
  split(): readonly (readonly JsonSchema[])[] | null {
    for (const keyword of ['anyOf', 'oneOf']) {
      const index = this.parts.findIndex((part) => Array.isArray(part[keyword]));
      const part = this.parts[index];
      if (part === undefined) continue;
      const { [keyword]: alternatives, ...others } = part;
      return (alternatives as readonly JsonSchema[]).map((alternative) => [
        ...this.parts.toSpliced(index, 1, others),
        alternative,
      ]);
    }
    const types = new Set([...this.kinds].map((kind) => (kind === 'fraction' ? 'number' : kind)));
    if (types.has('number')) types.delete('integer');
    return types.size > 1 && types.size < allKinds.length - 1
      ? [...types].map((type) => [...this.parts, { type }])
      : null;
  }

  #listValues(): readonly unknown[] | null {
    for (const { const: constant, enum: values } of this.parts) {
      if (constant !== undefined) return [constant];
      if (Array.isArray(values)) return values;
    }
    const few: ReadonlySet<Kind> = new Set(['null', 'boolean']);
    if (!this.kinds.isSubsetOf(few)) return null;
    return [...(this.kinds.has('null') ? [null] : []), ...(this.kinds.has('boolean') ? [false, true] : [])];
  }
}

function namesIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

/** The kind of a JSON value. */
export function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction';
  return typeof value as Kind;
}

/** The kinds that a schema's own `type`, `const` and `enum` allow. */
export function kindsOf({ type, const: constant, enum: values }: SchemaObject): ReadonlySet<Kind> {
  const named = type === undefined ? allKinds : [type].flat().flatMap(kindsOfType);
  const listed = constant === undefined ? values : [constant];
  const kinds = new Set<Kind>(named);
  return Array.isArray(listed) ? kinds.intersection(new Set(listed.map(kindOf))) : kinds;
}

function kindsOfType(type: unknown): readonly Kind[] {
  return type === 'number' ? ['integer', 'fraction'] : [type as Kind];
}

/** The elements of the arrays that a schema describes: `prefixItems` and `items`, or in draft-07 `items` and `additionalItems`. */
export function elementsOf({ prefixItems, items = true, additionalItems = true }: SchemaObject): Elements {
  if (Array.isArray(items)) return { prefix: items, rest: additionalItems as JsonSchema };
  return { prefix: Array.isArray(prefixItems) ? prefixItems : [], rest: items as JsonSchema };
}

/** The schemas of a keyword that has them by name. */
export function schemasIn(schema: SchemaObject, keyword: string): Readonly<Record<string, JsonSchema>> {
  return isSchemaObject(schema[keyword]) ? (schema[keyword] as Record<string, JsonSchema>) : {};
}

export function additionalOf({ additionalProperties = true }: SchemaObject): JsonSchema {
  return additionalProperties as JsonSchema;
}

/** The schemas that a schema has for the property with this name. */
export function schemasOfProperty(schema: SchemaObject, name: string): readonly JsonSchema[] {
  const properties = schemasIn(schema, 'properties');
  const found = [
    ...(Object.hasOwn(properties, name) ? [properties[name] ?? true] : []),
    ...Object.entries(schemasIn(schema, 'patternProperties')).flatMap(([pattern, inner]) =>
      new RegExp(unicodePattern(pattern), 'u').test(name) ? [inner] : [],
    ),
  ];
  return found.length > 0 ? found : [additionalOf(schema)];
}

/** The schemas without references and `allOf`. It ends, because references from a value to itself are refused. */
function flatten(targets: ReferenceTargets, schema: JsonSchema): readonly SchemaObject[] {
  if (schema === true) return [];
  if (schema === false) return [{ enum: [] }];
  const reference = definitionOf(schema);
  const { $ref: _, allOf = [], ...own } = schema;
  return [
    ...(Object.keys(own).length === 0 ? [] : [own]),
    ...(reference === null ? [] : flatten(targets, targets.definitions.get(reference)?.schema ?? true)),
    ...(allOf as readonly JsonSchema[]).flatMap((part) => flatten(targets, part)),
  ];
}
