import { camelCase, Names } from '../source/identifiers.ts';
import { printable } from '../source/printable.ts';
import { literal, propertyKey, valueSource } from '../source/typescript-source.ts';
import { compilerOf } from './compiler.ts';
import { definitionOf } from './definitions.ts';
import { isAnnotation, type JsonSchema, type SchemaObject, subschemasOf } from './json-schema.ts';
import { unicodePattern } from './pattern.ts';
import type { GuardModel, SchemaSet } from './schema-set.ts';

/** Writes the checks of generated clients (`posted/checks`) for schemas that use only what these can express. */
export class CheckSource {
  /** Constants, each after those that it refers to. */
  readonly declarations: string[] = [];
  /** The names of the functions in use. */
  readonly functions = new Set<string>();
  readonly #schemas: SchemaSet;
  readonly #formats: Readonly<Record<string, unknown>>;
  readonly #names: Names;
  /** The names of constants, by the names of definitions and received keys. */
  readonly #constants = new Map<string, string>();

  /** @param taken the names that the module declares otherwise */
  constructor(schemas: SchemaSet, taken: Iterable<string>) {
    this.#schemas = schemas;
    this.#formats = compilerOf(schemas, 'json').ajv.formats;
    this.#names = new Names([...taken, ...functionNames]);
  }

  /** The check of a guard as an expression; null if only Ajv can compile its schema. */
  of({ definition, fromText }: GuardModel): string | null {
    if (!fromText)
      return this.#isSupported(refer(definition), new Set()) ? this.#check(refer(definition)) : null;
    const schema = this.#schemas.textSchemas.get(definition);
    return schema !== undefined && this.#isSupportedText(schema) ? this.#textObject(schema) : null;
  }

  #schemaOf(name: string): JsonSchema {
    return this.#schemas.received.get(name) ?? this.#schemas.definitions.get(name)?.schema ?? true;
  }

  /** @param within the definitions that the schema is a part of: a constant cannot refer to itself */
  #isSupported(schema: JsonSchema, within: ReadonlySet<string>): boolean {
    if (typeof schema === 'boolean') return schema;
    const reference = definitionOf(schema);
    if (reference !== null) {
      const longer = new Set([...within, reference]);
      if (within.has(reference) || !this.#isSupported(this.#schemaOf(reference), longer)) return false;
    }
    return (
      Object.entries(schema).every(([keyword, value]) =>
        this.#isSupportedKeyword(keyword, value, schema.type),
      ) &&
      subschemasOf(schema).every(
        ([[keyword], inner]) => keyword === 'additionalProperties' || this.#isSupported(inner, within),
      )
    );
  }

  #isSupportedKeyword(keyword: string, value: unknown, type: unknown): boolean {
    switch (keyword) {
      case 'const':
        return isScalar(value);
      case 'enum':
        return Array.isArray(value) && value.every(isScalar);
      case 'format':
        return Object.hasOwn(this.#formats, String(value)) && this.#formats[String(value)] instanceof RegExp;
      case 'properties':
        return isOfObjects(type) && !Object.hasOwn(Object(value), '__proto__');
      case 'required':
        return isOfObjects(type) && Array.isArray(value) && !value.includes('__proto__');
      case 'additionalProperties':
        return type === 'object' && typeof value === 'boolean';
      case 'dependencies':
      case 'dependentRequired':
        return Object.values(Object(value)).every((names) => Array.isArray(names));
      case 'items':
        return type === 'array' && !Array.isArray(value);
      case 'minItems':
      case 'maxItems':
        return type === 'array';
      default:
        return keywords.has(keyword) || isAnnotation(keyword);
    }
  }

  /** For an object whose values arrive as text: its conditions may only concern strings, which are not converted. */
  #isSupportedText(schema: SchemaObject): boolean {
    const properties = Object(schema.properties);
    const isOfString = (name: string): boolean => Object(properties[name]).type === 'string';
    const conditions = [schema.if, schema.then, schema.else].flatMap((inner) =>
      Object.keys(Object(Object(inner).properties)),
    );
    // Lists and unions are converted only by Ajv.
    const areScalars = Object.values(properties).every((property) =>
      /^(string|number|integer|boolean)$/.test(String(Object(property).type)),
    );
    return (
      Object.keys(schema).every((keyword) => isAnnotation(keyword) || ofText.has(keyword)) &&
      areScalars &&
      conditions.every(isOfString) &&
      this.#isSupported(withoutDecimals(schema), new Set())
    );
  }

  #textObject(textSchema: SchemaObject): string {
    const { required = [], ...schema } = withoutDecimals(textSchema);
    const properties = Object(schema.properties);
    // Decimals are part of the function `text`. A default is filled in before the value is checked.
    const needed = (required as readonly string[]).filter(
      (name) => Object(properties[name]).default === undefined,
    );
    const { type: _type, properties: _properties, additionalProperties: _closed, ...conditions } = schema;
    const object = this.#members({ ...schema, required: needed }, (property) => {
      const check = this.#check(property);
      const { type } = Object(property);
      return type === 'string' ? check : this.#call('text', literal(type), check);
    });
    return this.#all([object, ...this.#checks(conditions)]);
  }

  #check(schema: JsonSchema): string {
    if (typeof schema === 'boolean') return this.#call('all');
    return this.#all(this.#checks(schema));
  }

  #all(checks: readonly string[]): string {
    const [only, second] = checks;
    return only !== undefined && second === undefined ? only : this.#call('all', ...checks);
  }

  #checks(schema: SchemaObject): readonly string[] {
    const { const: constant, enum: values, pattern, format, minLength, maxLength, minimum, maximum } = schema;
    const { allOf = [], anyOf, oneOf, dependencies, dependentRequired, if: condition } = schema;
    const reference = definitionOf(schema);
    const listed = (list: unknown): readonly string[] =>
      (list as readonly JsonSchema[]).map((each) => this.#check(each));
    return [
      ...(reference === null ? [] : [this.#constant(reference)]),
      ...this.#type(schema),
      ...(constant === undefined ? [] : [this.#call('equal', literal(constant))]),
      ...(Array.isArray(values) ? [this.#call('equal', ...values.map(literal))] : []),
      ...(typeof pattern === 'string' ? [this.#pattern(new RegExp(unicodePattern(pattern), 'u'))] : []),
      ...(typeof format === 'string' ? [this.#pattern(this.#formats[format] as RegExp)] : []),
      ...this.#limits('length', minLength, maxLength),
      ...this.#limits('range', minimum, maximum),
      ...[dependencies, dependentRequired].flatMap((needed) =>
        needed === undefined ? [] : [this.#call('dependent', valueSource(needed))],
      ),
      ...(condition === undefined ? [] : [this.#when(schema)]),
      ...listed(allOf),
      ...(anyOf === undefined ? [] : [this.#call('anyOf', ...listed(anyOf))]),
      ...(oneOf === undefined ? [] : [this.#call('oneOf', ...listed(oneOf))]),
    ];
  }

  #type(schema: SchemaObject): readonly string[] {
    const { type, items = true, minItems, maxItems } = schema;
    const isOfMembers = type === undefined && (schema.properties ?? schema.required) !== undefined;
    if (type === 'object' || isOfMembers) {
      return [this.#members(schema, (property) => this.#check(property))];
    }
    if (type === 'array') {
      return [this.#call('array', this.#check(items as JsonSchema), ...limits('0', minItems, maxItems))];
    }
    return type === undefined || impliesType(schema)
      ? []
      : [this.#call('type', ...[type].flat().map(literal))];
  }

  #limits(name: 'length' | 'range', least: unknown, most: unknown): readonly string[] {
    const written = limits(name === 'range' ? '-Infinity' : '0', least, most);
    return written.length === 0 ? [] : [this.#call(name, ...written)];
  }

  #when({ if: condition, then = true, else: otherwise = true }: SchemaObject): string {
    const checks = [condition, then, otherwise].map((each) => this.#check(each as JsonSchema));
    return this.#call('when', ...checks);
  }

  #members(schema: SchemaObject, checkOf: (property: JsonSchema) => string): string {
    const { properties = {}, required = [], additionalProperties } = schema;
    const names = new Set(required as readonly string[]);
    const checks = Object.entries(properties as Readonly<Record<string, JsonSchema>>).map(
      ([name, property]): [string, string] => [name, checkOf(property)],
    );
    const unchecked = [...names].filter((name) => !Object.hasOwn(Object(properties), name));
    checks.push(...unchecked.map((name): [string, string] => [name, this.#call('all')]));
    const record = (isRequired: boolean): string => {
      const entries = checks.filter(([name]) => names.has(name) === isRequired);
      const written = entries.map(([name, check]) =>
        name === check ? name : `${propertyKey(name)}: ${check}`,
      );
      return written.length === 0 ? '{}' : `{ ${written.join(', ')} }`;
    };
    const optional = record(false);
    const isClosed = additionalProperties === false;
    return this.#call(
      schema.type === 'object' ? 'object' : 'members',
      record(true),
      ...(isClosed || optional !== '{}' ? [optional] : []),
      ...(isClosed ? ['true'] : []),
    );
  }

  #pattern(expression: RegExp): string {
    return this.#call('pattern', printable(String(expression)));
  }

  /** The name of the constant of a definition. */
  #constant(definition: string): string {
    const known = this.#constants.get(definition);
    if (known !== undefined) return known;
    const check = this.#check(this.#schemaOf(definition));
    const name = this.#names.claim(camelCase(definition));
    this.declarations.push(`const ${name} = ${check};`);
    this.#constants.set(definition, name);
    return name;
  }

  #call(name: string, ...values: readonly string[]): string {
    this.functions.add(name);
    return `${name}(${values.join(', ')})`;
  }
}

/** What `posted/checks` exports. */
const functionNames =
  'all anyOf array dependent equal guardOf length members object oneOf pattern range text type when'.split(
    ' ',
  );

/** Those that every schema may have with any value that the check of the contract allows. */
const keywords: ReadonlySet<string> = new Set(
  '$ref allOf anyOf default else if maxLength maximum minLength minimum oneOf pattern then type'.split(' '),
);

const ofText: ReadonlySet<string> = new Set(
  'additionalProperties allOf dependencies dependentRequired else if properties required then type'.split(
    ' ',
  ),
);

function refer(definition: string): SchemaObject {
  return { $ref: `#/definitions/${definition}` };
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** Undoes `withDecimals`. */
function withoutDecimals({ allOf = [], ...schema }: SchemaObject): SchemaObject {
  const others = (allOf as readonly JsonSchema[]).filter((each) => !isOfDecimals(each));
  return others.length === 0 ? schema : { ...schema, allOf: others };
}

function isOfDecimals(schema: JsonSchema): boolean {
  const inner = subschemasOf(schema);
  return inner.length > 0 && inner.every(([, each]) => Object.hasOwn(Object(each), 'posted:decimal'));
}

/** Whether keywords for objects can have a check: `type` must not allow anything else besides. */
function isOfObjects(type: unknown): boolean {
  return type === 'object' || type === undefined;
}

/** Whether `const` or `enum` allows only values of the only type, which then needs no check of its own. */
function impliesType({ type, const: constant, enum: values = [constant] }: SchemaObject): boolean {
  const [first] = values as readonly unknown[];
  return first !== undefined && (values as readonly unknown[]).every((value) => typeof value === type);
}

/** Checks accept only finite numbers, so the limits that `finite` in text-schema.ts adds are left out. */
function limits(none: string, least: unknown, most: unknown): readonly string[] {
  const [hasLeast, hasMost] = [least ?? -Number.MAX_VALUE, most ?? Number.MAX_VALUE].map(
    (limit, index) => limit !== (index === 0 ? -Number.MAX_VALUE : Number.MAX_VALUE),
  );
  if (!hasLeast && !hasMost) return [];
  return [hasLeast ? literal(least) : none, ...(hasMost ? [literal(most)] : [])];
}
