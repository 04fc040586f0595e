import type { MessageModel } from '../../asyncapi/contract-model.ts';
import { compilerOf } from '../../schemas/compiler.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../../schemas/json-schema.ts';
import type { SchemaSet } from '../../schemas/schema-set.ts';

export interface Samples {
  /** A valid value of a definition; undefined if none is found. */
  of(definition: string): unknown;
  /** A valid payload of a message, preferably the contract's example; undefined if none is found. */
  ofMessage(message: MessageModel): unknown;
}

/** Sufficient for any message, and a limit for recursive schemas. */
const maxDepth = 12;

const textByFormat: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  duration: 'PT1M',
  email: 'ada@example.org',
  hostname: 'example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  time: '12:00:00Z',
  uri: 'https://example.org/',
  uuid: '8f14e45f-ceea-4a7b-9c2e-3d1f5a6b7c8d',
};

/** Finds sample values: the contract's defaults and examples first, otherwise the simplest valid ones. */
export function createSamples(schemas: SchemaSet): Samples {
  const compiler = compilerOf(schemas, 'json');

  function of(definition: string): unknown {
    const value = sample({ $ref: `#/definitions/${definition}` }, 0);
    return value !== undefined && compiler.compile(definition)(value) ? value : undefined;
  }

  function sample(schema: JsonSchema, depth: number): unknown {
    if (depth > maxDepth || schema === false) return undefined;
    if (!isSchemaObject(schema)) return {};
    for (const value of [schema.const, schema.default, firstOf(schema.examples), firstOf(schema.enum)]) {
      if (value !== undefined) return value;
    }
    if (typeof schema.$ref === 'string') return sample(schemas.resolve(schema), depth + 1);
    const own = ofType(schema, depth);
    const parts = [
      ...listOf(schema.allOf),
      ...listOf(schema.oneOf).slice(0, 1),
      ...listOf(schema.anyOf).slice(0, 1),
    ];
    const values = parts.map((part) => sample(part as JsonSchema, depth + 1));
    if (values.length === 0) return own;
    return [own, ...values].every(isObject) ? Object.assign({}, own, ...values) : values[0];
  }

  function ofType(schema: Readonly<Record<string, unknown>>, depth: number): unknown {
    const types = Array.isArray(schema.type) ? schema.type : [schema.type];
    switch (types.find((type) => type !== 'null') ?? types[0]) {
      case 'null':
        return null;
      case 'boolean':
        return true;
      case 'integer':
      case 'number':
        return number(schema);
      case 'string':
        return text(schema);
      case 'array':
        return Array.from({ length: Number(schema.minItems ?? 0) }, () =>
          sample(schema.items as JsonSchema, depth + 1),
        );
      default:
        return object(schema, depth);
    }
  }

  function object({ properties, required }: Readonly<Record<string, unknown>>, depth: number): object {
    const known = isObject(properties) ? properties : {};
    const names = listOf(required).map(String);
    return Object.fromEntries(
      names.map((name) => [name, sample((known[name] ?? true) as JsonSchema, depth + 1)]),
    );
  }

  /** Removes properties that a schema allows but does not declare, because its type does not have them. */
  function withoutUndeclared(schema: unknown, value: unknown): unknown {
    const parts = partsOf(schema, 0);
    if (Array.isArray(value)) {
      const items = parts.map((part) => part.items).find(isSchemaObject);
      return value.map((item) => withoutUndeclared(items, item));
    }
    const known = parts.map(({ properties }) => properties).filter(isObject);
    if (!isObject(value) || known.length === 0) return value;
    const isOpen = parts.some(
      ({ additionalProperties = false, patternProperties }) =>
        additionalProperties !== false || patternProperties !== undefined,
    );
    const members = Object.entries(value).flatMap(([name, member]) => {
      const owner = known.find((properties) => Object.hasOwn(properties, name));
      if (owner !== undefined) return [[name, withoutUndeclared(owner[name], member)]];
      return isOpen ? [[name, member]] : [];
    });
    return Object.fromEntries(members);
  }

  /** A schema and the subschemas that apply to the same value. */
  function partsOf(schema: unknown, depth: number): readonly SchemaObject[] {
    const resolved = isSchemaObject(schema) && depth <= maxDepth ? schemas.resolve(schema) : true;
    if (!isSchemaObject(resolved)) return [];
    const inner = [resolved.allOf, resolved.anyOf, resolved.oneOf].flatMap(listOf);
    return [resolved, ...inner.flatMap((part) => partsOf(part, depth + 1))];
  }

  return {
    of,
    ofMessage({ encoding, definition, examples, tag, probes }) {
      const tags = tag === null ? probes : [tag];
      if (encoding === 'binary') return new Uint8Array([1, 2, 3]);
      if (definition === null) return examples[0];
      const whole = { $ref: `#/definitions/${definition}` };
      const isValid = compiler.compile(definition);
      return [...examples.map((example) => withoutUndeclared(whole, example)), ...examples, sample(whole, 0)]
        .map((value) => tags.reduce((tagged, { path, values }) => withTag(tagged, path, values[0]), value))
        .find((value) => value !== undefined && isValid(value));
    },
  };
}

/** Adds the tag that identifies the message on the wire, which its schema may not require. */
function withTag(value: unknown, [name, ...rest]: readonly string[], tag: unknown): unknown {
  if (!isObject(value) || name === undefined) return value;
  if (rest.length > 0) return { ...value, [name]: withTag(value[name] ?? {}, rest, tag) };
  return Object.hasOwn(value, name) ? value : { ...value, [name]: tag };
}

function number(schema: Readonly<Record<string, unknown>>): number {
  const { minimum, exclusiveMinimum, maximum, multipleOf } = schema;
  const least = Number(minimum ?? (exclusiveMinimum === undefined ? 0 : Number(exclusiveMinimum) + 1));
  const value = Math.min(least, Number(maximum ?? least));
  return multipleOf === undefined ? value : Math.ceil(value / Number(multipleOf)) * Number(multipleOf);
}

function text({ format, minLength }: Readonly<Record<string, unknown>>): string {
  const known = typeof format === 'string' ? textByFormat[format] : undefined;
  return known ?? 'text'.padEnd(Number(minLength ?? 0), '.');
}

function firstOf(value: unknown): unknown {
  return listOf(value)[0];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
