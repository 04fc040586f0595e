import * as fc from 'fast-check';
import { any, names, objectOf, scalar } from './any-json.ts';
import { nearly, textsOf } from './nasty-texts.ts';
import { spoiled } from './spoiled.ts';

type Schema = boolean | { readonly [keyword: string]: unknown };

/** Payloads by schema name: matching ones, ones with one or two mistakes, and arbitrary ones. */
export function payloadsOf(
  schemas: Readonly<Record<string, Schema>>,
): ReadonlyMap<string, fc.Arbitrary<unknown>> {
  const described = fc.letrec<Record<string, unknown>>((tie) =>
    Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, describedBy(schema, (other) => tie(other))]),
    ),
  );
  return new Map(
    Object.keys(schemas).map((name) => {
      const valid = described[name] ?? any;
      return [name, fc.oneof({ weight: 5, arbitrary: valid }, { weight: 5, arbitrary: spoiled(valid) }, any)];
    }),
  );
}

type Tie = (name: string) => fc.Arbitrary<unknown>;

function describedBy(schema: Schema | undefined, tie: Tie): fc.Arbitrary<unknown> {
  if (typeof schema !== 'object') return any;
  const { $ref, const: constant, enum: values, oneOf, anyOf, allOf, type, nullable } = schema;
  if (typeof $ref === 'string') {
    // Any value will do deep inside a recursive schema.
    return fc.oneof({ maxDepth: 4, depthIdentifier: 'references' }, any, {
      weight: 9,
      arbitrary: tie($ref.slice($ref.lastIndexOf('/') + 1)),
    });
  }
  if (constant !== undefined) return fc.constant(constant);
  if (Array.isArray(values)) return fc.constantFrom(...values);
  const types = [type ?? [], nullable === true ? 'null' : []].flat();
  const parts = [
    ...(types.length > 0 ? [fc.oneof(...types.map((one) => ofType(one, schema, tie)))] : []),
    ...[oneOf, anyOf].flatMap((options) =>
      Array.isArray(options) ? [fc.oneof(...options.map((option) => describedBy(option, tie)))] : [],
    ),
    ...(Array.isArray(allOf) ? allOf.map((part) => describedBy(part, tie)) : []),
  ];
  return parts.length === 0 ? any : fc.tuple(...parts).map(merge);
}

function ofType(type: unknown, schema: Exclude<Schema, boolean>, tie: Tie): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return objects(schema, tie);
    case 'array': {
      const { items, additionalItems } = schema;
      const rest = fc.array(describedBy((Array.isArray(items) ? additionalItems : items) as Schema, tie), {
        maxLength: 3,
      });
      if (!Array.isArray(items)) return rest;
      const first = fc.tuple(...items.map((item) => describedBy(item, tie)));
      return fc.tuple(first, rest).map(([start, end]) => [...start, ...end]);
    }
    case 'string':
      return texts(schema);
    case 'number':
    case 'integer': {
      const step = Number(schema.multipleOf ?? 1);
      return fc.oneof(
        fc.integer({ min: -20, max: 400 }).map((count) => count * step),
        scalar,
      );
    }
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constant(null);
  }
}

function objects(
  { properties, required, ...schema }: Exclude<Schema, boolean>,
  tie: Tie,
): fc.Arbitrary<unknown> {
  const known = Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, property]) => [name, describedBy(property, tie)]),
  );
  const others = [...Object.values(schema.patternProperties ?? {}), schema.additionalProperties].map(
    (value) => describedBy(value, tie),
  );
  const requiredKeys = Array.isArray(required) ? required.filter((name) => Object.hasOwn(known, name)) : [];
  const record = fc.record(known, { requiredKeys });
  const extras = schema.additionalProperties === false && schema.patternProperties === undefined ? 0 : 2;
  return fc
    .tuple(record, objectOf(fc.constantFrom(...names), fc.oneof(...others), extras))
    .map(([own, more]) => ({ ...more, ...own }));
}

function texts(schema: Exclude<Schema, boolean>): fc.Arbitrary<unknown> {
  const { examples, pattern, format, minLength = 0, maxLength = 8 } = schema;
  if (Array.isArray(examples)) return fc.oneof(nearly(fc.constantFrom(...examples.map(String))), scalar);
  if (typeof pattern === 'string') return fc.oneof(nearly(fc.stringMatching(new RegExp(pattern))), scalar);
  if (typeof format === 'string') return textsOf(format);
  return fc.string({
    unit: 'binary',
    minLength: Number(minLength),
    maxLength: Math.max(Number(minLength), Math.min(Number(maxLength), 40)),
  });
}

/** A value that combines all of them as far as possible. */
function merge(values: readonly unknown[]): unknown {
  const objectsOnly = values.filter(isObject);
  return objectsOnly.length === values.length && values.length > 1
    ? Object.assign({}, ...objectsOnly)
    : values[0];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
