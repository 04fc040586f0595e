import { definitionOf } from './definitions.ts';
import { isSchemaObject, type JsonSchema } from './json-schema.ts';

/** The targets of references. */
export interface ReferenceTargets {
  readonly definitions: ReadonlyMap<string, { readonly schema: JsonSchema }>;
}

export type Scalar = string | number | boolean | null;

/**
 * What is certain about every value of a schema. A schema with alternatives has several shapes, and each value has at
 * least one of them. Whatever a shape does not mention can be anything.
 */
export interface Shape {
  /** The possible JSON types, with integers as numbers; null for any. */
  readonly types: ReadonlySet<string> | null;
  /** The possible values; null for any. */
  readonly values: readonly Scalar[] | null;
  readonly required: ReadonlySet<string>;
  /** All schemas that apply to a property. */
  readonly properties: ReadonlyMap<string, readonly JsonSchema[]>;
  /** The only possible properties; null for any. */
  readonly allowed: ReadonlySet<string> | null;
  /** The schemas of an array's members, by position, all of which apply. */
  readonly tuples: readonly Tuple[];
  /** The smallest and the greatest length of an array. */
  readonly lengths: readonly [number, number];
  /** The regular expressions that a string matches, all of them. */
  readonly patterns: readonly string[];
}

interface Tuple {
  readonly first: readonly JsonSchema[];
  /** The schema of all further members. */
  readonly rest: JsonSchema;
}

/** Beyond this number of alternatives, nothing counts as certain. */
const maxShapes = 64;

const anything: Shape = {
  types: null,
  values: null,
  required: new Set(),
  properties: new Map(),
  allowed: null,
  tuples: [],
  lengths: [0, Number.POSITIVE_INFINITY],
  patterns: [],
};

/** Caches the shapes of definitions, which many schemas may refer to. */
const cache = new WeakMap<ReferenceTargets, Map<string, readonly Shape[]>>();

/** The shapes of the values that match all schemas. */
export function shapesOf(schemas: ReferenceTargets, all: readonly JsonSchema[]): readonly Shape[] {
  return all.reduce<readonly Shape[]>(
    (before, schema) => combine(before, shapesOfOne(schemas, schema)),
    [anything],
  );
}

function shapesOfOne(schemas: ReferenceTargets, schema: JsonSchema): readonly Shape[] {
  if (!isSchemaObject(schema)) return [anything];
  const reference = definitionOf(schema);
  if (reference !== null) return shapesOfDefinition(schemas, reference);
  const { allOf, anyOf, oneOf } = schema;
  let shapes: readonly Shape[] = [ownShape(schema)];
  if (Array.isArray(allOf)) shapes = combine(shapes, shapesOf(schemas, allOf));
  for (const options of [anyOf, oneOf]) {
    if (!Array.isArray(options)) continue;
    const alternatives = options.flatMap((option: JsonSchema) => shapesOfOne(schemas, option));
    shapes = combine(shapes, alternatives);
  }
  return shapes;
}

/** Terminates, because definitions that refer to themselves for the same value have been refused. */
function shapesOfDefinition(schemas: ReferenceTargets, name: string): readonly Shape[] {
  const own = cache.get(schemas) ?? new Map<string, readonly Shape[]>();
  cache.set(schemas, own);
  const shapes = own.get(name) ?? shapesOfOne(schemas, schemas.definitions.get(name)?.schema ?? true);
  own.set(name, shapes);
  return shapes;
}

function ownShape(schema: Readonly<Record<string, unknown>>): Shape {
  const { type, enum: listed, required, properties, patternProperties, additionalProperties } = schema;
  const values = 'const' in schema ? [schema.const] : Array.isArray(listed) ? listed : null;
  const named = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : null;
  const members = isSchemaObject(properties) ? Object.entries(properties) : [];
  const isClosed = additionalProperties === false && patternProperties === undefined;
  return {
    types: narrower(named && new Set(named.map(kindOf)), values && new Set(values.map(typeOf))),
    values: values?.every(isScalar) === true ? values : null,
    required: new Set(Array.isArray(required) ? required.map(String) : []),
    properties: new Map(members.map(([name, member]) => [name, [member as JsonSchema]])),
    allowed: isClosed ? new Set(members.map(([name]) => name)) : null,
    tuples: tuplesOf(schema),
    lengths: [numberOr(schema.minItems, 0), numberOr(schema.maxItems, Number.POSITIVE_INFINITY)],
    patterns: typeof schema.pattern === 'string' ? [schema.pattern] : [],
  };
}

/** Up to draft 2019-09, a list of schemas is in `items`. */
function tuplesOf(schema: Readonly<Record<string, unknown>>): readonly Tuple[] {
  const { items, additionalItems = true, prefixItems } = schema;
  const listed = Array.isArray(items) ? items : Array.isArray(prefixItems) ? prefixItems : [];
  const rest = Array.isArray(items) ? additionalItems : (items ?? true);
  if (listed.length === 0 && rest === true) return [];
  return [{ first: listed, rest: rest as JsonSchema }];
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** Combines each shape of one list with each of the other. */
function combine(ones: readonly Shape[], others: readonly Shape[]): readonly Shape[] {
  if (ones.length * others.length > maxShapes) return [anything];
  return ones.flatMap((one) => others.map((other) => both(one, other)));
}

function both(one: Shape, other: Shape): Shape {
  const properties = new Map(one.properties);
  for (const [name, schemas] of other.properties)
    properties.set(name, [...(properties.get(name) ?? []), ...schemas]);
  return {
    types: narrower(one.types, other.types),
    values:
      one.values === null || other.values === null
        ? (one.values ?? other.values)
        : common(one.values, other.values),
    required: one.required.union(other.required),
    properties,
    allowed: narrower(one.allowed, other.allowed),
    tuples: [...one.tuples, ...other.tuples],
    lengths: [Math.max(one.lengths[0], other.lengths[0]), Math.min(one.lengths[1], other.lengths[1])],
    patterns: [...one.patterns, ...other.patterns],
  };
}

function narrower<Value>(
  one: ReadonlySet<Value> | null,
  other: ReadonlySet<Value> | null,
): ReadonlySet<Value> | null {
  return one === null || other === null ? (one ?? other) : one.intersection(other);
}

function common(one: readonly Scalar[], other: readonly Scalar[]): readonly Scalar[] {
  return one.filter((value) => other.includes(value));
}

/** An integer is a number. */
function kindOf(type: string): string {
  return type === 'integer' ? 'number' : type;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** Whether no value can have both shapes. `depth` limits how many levels of members are compared. */
export function areDisjoint(schemas: ReferenceTargets, one: Shape, other: Shape, depth = 3): boolean {
  if (narrower(one.types, other.types)?.size === 0) return true;
  if (one.values !== null && other.values !== null && common(one.values, other.values).length === 0)
    return true;
  if (haveDisjointTexts(one, other)) return true;
  // The rest of a shape is certain only for objects, or only for arrays.
  const areArrays = isArray(one) && isArray(other);
  if (areArrays && (one.lengths[0] > other.lengths[1] || other.lengths[0] > one.lengths[1])) return true;
  if (!areArrays && !(isObject(one) && isObject(other))) return false;
  if (forbids(one, other) || forbids(other, one)) return true;
  if (depth === 0) return false;
  // A value of both shapes has every member that either of them requires.
  return [...requiredMembers(one).union(requiredMembers(other))].some((name) => {
    const [its, others] = [shapesAt(schemas, one, name), shapesAt(schemas, other, name)];
    return its.every((shape) =>
      others.every((candidate) => areDisjoint(schemas, shape, candidate, depth - 1)),
    );
  });
}

/** Whether all values of a shape are objects. */
export function isObject({ types }: Shape): boolean {
  return types?.size === 1 && types.has('object');
}

/** Whether all values of a shape are arrays. */
export function isArray({ types }: Shape): boolean {
  return types?.size === 1 && types.has('array');
}

function forbids({ allowed }: Shape, { required }: Shape): boolean {
  return allowed !== null && !required.isSubsetOf(allowed);
}

/** Whether both are strings of which one has a value or a beginning that the other excludes. */
function haveDisjointTexts(one: Shape, other: Shape): boolean {
  const areTexts = [one, other].every(({ types }) => types?.size === 1 && types.has('string'));
  if (!areTexts) return false;
  if (refusesValues(one, other) || refusesValues(other, one)) return true;
  return one.patterns.some((pattern) =>
    other.patterns.some((another) => haveDisjointBeginnings(pattern, another)),
  );
}

function refusesValues({ patterns }: Shape, { values }: Shape): boolean {
  if (values === null || values.length === 0) return false;
  return values.every((value) => patterns.some((pattern) => !matches(pattern, String(value))));
}

/** A pattern that JavaScript cannot read excludes nothing here; checking the schema reports it. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

function haveDisjointBeginnings(one: string, other: string): boolean {
  const [its, others] = [beginningOf(one), beginningOf(other)];
  return !its.startsWith(others) && !others.startsWith(its);
}

/** The literal text with which every match of a pattern begins; '' if that is not certain. */
function beginningOf(pattern: string): string {
  // An alternative may begin with something else.
  const [, text = '', next = ''] = /^\^([\w\-:/#@!%&=~"'`,; ]*)(.?)/su.exec(pattern) ?? [];
  if (pattern.includes('|')) return '';
  return /[?*{]/.test(next) ? text.slice(0, -1) : text;
}

/** The members that a value of the shape has: names of properties, or positions in an array. */
export function requiredMembers(shape: Shape): ReadonlySet<string> {
  if (!isArray(shape)) return shape.required;
  const [shortest] = shape.lengths;
  return new Set(positions(Math.min(shortest, longestTuple(shape))));
}

/** The members that the shape describes: names of properties, or positions in an array. */
export function describedMembers(shape: Shape): readonly string[] {
  return isArray(shape) ? positions(longestTuple(shape)) : [...shape.properties.keys()];
}

function longestTuple({ tuples }: Shape): number {
  return Math.max(0, ...tuples.map(({ first }) => first.length));
}

function positions(length: number): readonly string[] {
  return Array.from({ length }, (_, index) => String(index));
}

/** The shapes of a property or of a member of an array, if it is present. */
export function shapesAt(schemas: ReferenceTargets, shape: Shape, name: string): readonly Shape[] {
  if (!isArray(shape)) return shapesOf(schemas, shape.properties.get(name) ?? []);
  const members = shape.tuples.map(({ first, rest }) => first[Number(name)] ?? rest);
  return shapesOf(schemas, members);
}
