import { literal } from '../source/typescript-source.ts';
import { definitionOf } from './definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from './json-schema.ts';
import type { SchemaSet } from './schema-set.ts';

/**
 * A schema in the subset that Modelina handles correctly: an object, dictionary, array, enum, union, scalar, or a type as
 * source. JSON Schema is more expressive than types. Guards check the rest.
 */
export interface ModelSchema extends SchemaObject {
  /** The name of the model, if it has its own. */
  readonly 'x-modelgen-inferred-name'?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  /** By name, with the prefix {@link propertyMark}. */
  readonly properties?: Readonly<Record<string, ModelSchema>>;
  /** The type as source, for schemas without a model: a reference by name, or a constant. */
  readonly 'x-type'?: string;
  /** The union is an intersection: its members apply to the value together. */
  readonly 'x-all'?: boolean;
  /** The union is a tuple: its members are the items, of which `required` must be present. */
  readonly 'x-tuple'?: { readonly required: number; readonly hasRest: boolean };
  /** The object may have further properties. */
  readonly 'x-open'?: boolean;
}

/** The name of a nested model, if it needs one. */
interface Naming {
  readonly hint: string;
  claim(): string;
}

type Part = (naming: Naming) => ModelSchema;

/**
 * The prefix of every property name. Modelina looks up properties in plain objects, which inherit properties such as
 * `constructor`.
 */
export const propertyMark = '.';

/** Keeps Modelina from inferring a type. */
const anyType = ['object', 'string', 'number', 'array', 'boolean', 'null', 'integer'];

/** The schemas of all models, by name, each before those nested in it. */
export function modelSchemasOf(schemas: SchemaSet): ReadonlyMap<string, ModelSchema | null> {
  const models = new Map<string, ModelSchema | null>();
  for (const [type, { schema }] of schemas.definitions) {
    models.set(type, null);
    const model = convert(schema, { hint: type, claim: () => type });
    models.set(type, { ...model, 'x-modelgen-inferred-name': type });
  }
  for (const [type, { definition, filled }] of schemas.filledTypes) {
    const source = `${definition} & Required<Pick<${definition}, ${filled.map(literal).join(' | ')}>>`;
    const description = `${definition} after its guard has applied the defaults.`;
    models.set(type, { ...typed(source), description, 'x-modelgen-inferred-name': type });
  }
  return models;

  function inside({ hint }: Naming, part: string): Naming {
    const claim = (): string => {
      const name = schemas.claimType(`${hint} ${part}`);
      models.set(name, null);
      return name;
    };
    return { hint: `${hint} ${part}`, claim };
  }

  function convert(schema: JsonSchema, naming: Naming): ModelSchema {
    const parts = partsOf(schema);
    const [only] = parts;
    const model =
      only === undefined || parts.length > 1
        ? allOf(parts.map((part, index) => part(inside(naming, `part ${index + 1}`))))
        : only(naming);
    if (typeof schema === 'boolean') return model;
    const { description, deprecated } = schema;
    return {
      ...model,
      ...(typeof description === 'string' ? { description } : {}),
      ...(deprecated === true ? { deprecated } : {}),
    };
  }

  /** The types that a value of the schema must satisfy together. */
  function partsOf(schema: JsonSchema): readonly Part[] {
    if (typeof schema === 'boolean') return [() => typed(schema ? 'unknown' : 'never')];
    const { const: constant, enum: values, allOf: parts, oneOf, anyOf } = schema;
    const reference = definitionOf(schema);
    const found: Part[] = [];
    if (reference !== null) found.push(() => typed(reference));
    if (constant !== undefined) found.push(() => typed(literal(constant)));
    else if (Array.isArray(values)) found.push((naming) => enumeration(values, naming));
    else if (!isBare(schema)) found.push(...shapeOf(schema));
    for (const part of schemaList(parts)) found.push(...partsOf(part));
    for (const options of [schemaList(oneOf), schemaList(anyOf)]) {
      if (options.length > 0) {
        found.push((naming) =>
          union(options.map((option, index) => convert(option, inside(naming, `option ${index + 1}`)))),
        );
      }
    }
    return found;
  }

  function shapeOf(schema: SchemaObject): readonly Part[] {
    const types = textList(schema.type);
    if (types.length <= 1) return types.map((type) => (naming) => shape(type, schema, naming));
    return [(naming) => union(types.map((type) => shape(type, schema, inside(naming, type))))];
  }

  function shape(type: string, schema: SchemaObject, naming: Naming): ModelSchema {
    if (type === 'object') return object(schema, naming);
    if (type === 'null') return typed('null');
    if (type !== 'array') return { type };
    const { items, prefixItems, additionalItems } = schema;
    if (Array.isArray(prefixItems)) return tuple(prefixItems, items, schema, naming);
    if (Array.isArray(items)) return tuple(items, additionalItems, schema, naming);
    return { type, items: convert((items ?? true) as JsonSchema, inside(naming, 'item')) };
  }

  function tuple(
    first: readonly unknown[],
    rest: unknown,
    schema: SchemaObject,
    naming: Naming,
  ): ModelSchema {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    const items = first.slice(0, Number(maxItems)) as JsonSchema[];
    const hasRest = rest !== false && Number(maxItems) > first.length;
    const all = hasRest ? [...items, (rest ?? true) as JsonSchema] : items;
    if (all.length === 0) return typed('[]');
    return {
      ...union(all.map((item, index) => convert(item, inside(naming, `item ${index + 1}`)))),
      'x-tuple': { required: Math.min(Number(minItems), items.length), hasRest },
    };
  }

  function object(schema: SchemaObject, naming: Naming): ModelSchema {
    const properties = isSchemaObject(schema.properties) ? schema.properties : {};
    const required = textList(schema.required);
    const names = [...new Set([...Object.keys(properties), ...required])];
    const { additionalProperties, patternProperties } = schema;
    const others = [
      ...Object.values(isSchemaObject(patternProperties) ? patternProperties : {}),
      ...(additionalProperties === false ? [] : [additionalProperties ?? true]),
    ] as JsonSchema[];
    if (names.length === 0) {
      const [only = false, ...more] = others;
      const value =
        more.length === 0
          ? convert(only, inside(naming, 'value'))
          : union(others.map((other, index) => convert(other, inside(naming, `value ${index + 1}`))));
      return { type: 'object', additionalProperties: value };
    }
    return {
      type: 'object',
      'x-modelgen-inferred-name': naming.claim(),
      'x-open': others.length > 0 && (additionalProperties ?? patternProperties) !== undefined,
      required: required.map((name) => propertyMark + name),
      properties: Object.fromEntries(
        names.map((name) => [propertyMark + name, convert(memberOf(properties, name), inside(naming, name))]),
      ),
    };
  }
}

function typed(type: string): ModelSchema {
  return { type: anyType, 'x-type': type };
}

function enumeration(values: readonly unknown[], naming: Naming): ModelSchema {
  return { enum: values, 'x-modelgen-inferred-name': naming.claim() };
}

function union(members: readonly ModelSchema[]): ModelSchema {
  return { oneOf: members };
}

function allOf(parts: readonly ModelSchema[]): ModelSchema {
  return parts.length === 0 ? typed('unknown') : { oneOf: parts, 'x-all': true };
}

/** Whether a schema has nothing but a container type next to composition, which describes the details. */
function isBare(schema: SchemaObject): boolean {
  const composed = ['$ref', 'allOf', 'anyOf', 'oneOf'].some((keyword) => schema[keyword] !== undefined);
  const structure = ['additionalProperties', 'items', 'patternProperties', 'properties', 'required'];
  const isContainer = schema.type === 'object' || schema.type === 'array';
  return composed && isContainer && structure.every((keyword) => schema[keyword] === undefined);
}

function memberOf(properties: SchemaObject, name: string): JsonSchema {
  return Object.hasOwn(properties, name) ? (properties[name] as JsonSchema) : true;
}

function schemaList(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value : [];
}

/** Wraps a single value in a list. */
function textList(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : [];
}
