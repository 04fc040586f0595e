import {
  AnyModel,
  ArrayModel,
  BooleanModel,
  DictionaryModel,
  FloatModel,
  IntegerModel,
  type MetaModel,
  ObjectModel,
  ObjectPropertyModel,
  StringModel,
  UnionModel,
} from '@asyncapi/modelina';
import { definitionOf } from '../schemas/definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { Names, pascalCase } from '../source/identifiers.ts';
import {
  alternativesOf,
  hasFixedValues,
  impliedType,
  isObjectSchema,
  mergeObjects,
  type Parts,
  stringsOf,
} from './alternatives.ts';
import { publicIdentifier } from './python-names.ts';
import { literal, statement, subscript } from './python-source.ts';

/** Properties of the schema of a model, which Modelina passes through. */
export interface Origin {
  readonly description?: string | undefined;
  readonly deprecated?: boolean | undefined;
  /** The source of a type that is not a model: a reference or a constant. */
  readonly type?: string;
  /** Whether the model is an alias for the type of its only property. */
  readonly isAlias?: boolean;
}

/** Precedes every property name: Modelina keeps properties in plain objects, which have inherited names. */
export const propertyPrefix = '.';

/** Names that models.py uses itself. */
const reservedNames =
  'Literal NoReturn NotRequired TypeAlias TypedDict Union annotations bool dict float int list object str sys';

/** The models of a contract for Modelina, which interprets only simple schemas correctly. */
export interface PythonModels {
  /** By type name, each model before the models inside it. */
  readonly metaModels: ReadonlyMap<string, MetaModel>;
  /** All names of types in models.py. */
  readonly typeNames: ReadonlySet<string>;
  /** Whether a definition or a key of `more` has a type. */
  has(key: string): boolean;
  /** The name of its type. */
  nameOf(key: string): string;
  /** Whether type checkers narrow a union with its type by the value of a property. */
  isNarrowedBy(key: string, property: string): boolean;
}

/**
 * Creates the models of all schemas. Types express less than JSON Schema; the guards check the rest. `more` are
 * schemas by key that get types but no guards.
 */
export function pythonModelsOf(
  schemas: Pick<SchemaSet, 'definitions'>,
  more: ReadonlyMap<string, JsonSchema> = new Map(),
): PythonModels {
  const sources = new Map([...schemas.definitions].map(([name, { schema }]) => [name, schema]));
  for (const [name, schema] of more) sources.set(name, schema);
  const names = new Names(reservedNames.split(' '));
  const typeNames = new Map(
    [...sources.keys()].map((name) => [
      name,
      names.claim(publicIdentifier(more.has(name) ? pascalCase(name) : name, 'Model')),
    ]),
  );
  const models = new Map<string, MetaModel | null>();
  // Schemas derived from a definition share its properties, which need only one type.
  const converted = new Map<JsonSchema, MetaModel>();
  for (const [definition, schema] of sources) {
    const name = typeNames.get(definition) ?? definition;
    models.set(name, null);
    const model = convert(schema, { hint: definition, claim: () => name });
    models.set(name, model instanceof ObjectModel ? model : alias(name, model, describe(schema)));
  }
  const metaModels = new Map([...models].flatMap(([name, model]) => (model === null ? [] : [[name, model]])));
  return {
    metaModels,
    typeNames: new Set([...reservedNames.split(' '), ...metaModels.keys()]),
    has: (key) => typeNames.has(key),
    nameOf: (key) => typeNames.get(key) ?? key,
    isNarrowedBy(key, property) {
      const model = models.get(typeNames.get(key) ?? key);
      const member = model instanceof ObjectModel ? model.properties[propertyPrefix + property] : undefined;
      if (member?.required !== true) return false;
      const { type = '' } = member.property.originalInput as Origin;
      return type.startsWith('Literal[');
    },
  };

  /** The naming of a type inside another, which claims a name only if the type needs one. */
  function inside({ hint }: Naming, part: string): Naming {
    const inner = `${hint} ${part}`;
    const claim = (): string => {
      const name = names.claim(publicIdentifier(pascalCase(inner), 'Model'));
      models.set(name, null);
      return name;
    };
    return { hint: inner, claim };
  }

  function convert(schema: JsonSchema, naming: Naming): MetaModel {
    const known = converted.get(schema);
    if (known !== undefined) return known;
    const model = convertAlternatives(schema, naming);
    if (typeof schema !== 'boolean') converted.set(schema, model);
    return model;
  }

  function convertAlternatives(schema: JsonSchema, naming: Naming): MetaModel {
    const alternatives = alternativesOf(schema, schemas.definitions, false);
    if (alternatives === null) return typed('object');
    const members = alternatives.map((parts, index) =>
      merge(parts, alternatives.length === 1 ? naming : inside(naming, `option ${index + 1}`)),
    );
    return union(members);
  }

  /** The type of values that match all of the schemas. */
  function merge(parts: Parts, naming: Naming): MetaModel {
    const [first, ...others] = parts;
    if (first === undefined) return typed('object');
    if (others.length === 0) return single(first, naming);
    if (parts.includes(false)) return single(false, naming);
    const deep = alternativesOf({ allOf: parts }, schemas.definitions, true);
    if (deep?.every((list) => list.every(isObjectSchema)) !== true) {
      return single(
        parts.find((part) => definitionOf(part) === null && hasFixedValues(part)) ?? first,
        naming,
      );
    }
    const members = deep.map((list, index) => {
      const inner = deep.length === 1 ? naming : inside(naming, `option ${index + 1}`);
      return single(list.filter(isSchemaObject).reduce(mergeObjects, { type: 'object' }), inner);
    });
    return union(members);
  }

  function single(schema: JsonSchema, naming: Naming): MetaModel {
    if (typeof schema === 'boolean') return typed(schema ? 'object' : 'NoReturn');
    const reference = definitionOf(schema);
    if (reference !== null) return typed(typeNames.get(reference) ?? 'object');
    if (schema.const !== undefined) return constants([schema.const]);
    if (Array.isArray(schema.enum)) return constants(schema.enum);
    const types = stringsOf(schema.type ?? impliedType(schema));
    if (types.length === 0) return typed('object');
    return union(
      types.map((type) => shape(type, schema, types.length === 1 ? naming : inside(naming, type))),
    );
  }

  function shape(type: string, schema: SchemaObject, naming: Naming): MetaModel {
    switch (type) {
      case 'object':
        return object(schema, naming);
      case 'array':
        return new ArrayModel('', {}, {}, items(schema, naming));
      case 'string':
        return new StringModel('', {}, {});
      case 'integer':
        return new IntegerModel('', {}, {});
      case 'number':
        return new FloatModel('', {}, {});
      case 'boolean':
        return new BooleanModel('', {}, {});
      default:
        return typed('None');
    }
  }

  function items(schema: SchemaObject, naming: Naming): MetaModel {
    if (schema.items === undefined || Array.isArray(schema.items)) return typed('object');
    return convert(schema.items as JsonSchema, inside(naming, 'item'));
  }

  function object(schema: SchemaObject, naming: Naming): MetaModel {
    const properties = isSchemaObject(schema.properties) ? schema.properties : {};
    const required = stringsOf(schema.required);
    const keys = [...new Set([...Object.keys(properties), ...required])];
    // Without required or known properties, only a closed object is an empty one.
    if (keys.length === 0 && !isEmptyObject(schema)) {
      const value = (schema.patternProperties === undefined ? schema.additionalProperties : true) ?? true;
      const model = convert(value === false ? true : (value as JsonSchema), inside(naming, 'value'));
      return new DictionaryModel('', {}, {}, new StringModel('', {}, {}), model);
    }
    const name = naming.claim();
    const members = keys.map((key): [string, ObjectPropertyModel] => {
      const property = Object.hasOwn(properties, key) ? (properties[key] as JsonSchema) : true;
      const model = convert(property, inside(naming, key));
      const described = withOrigin(model, describe(property));
      return [
        propertyPrefix + key,
        new ObjectPropertyModel(propertyPrefix + key, required.includes(key), described),
      ];
    });
    const model = new ObjectModel(name, describe(schema), {}, Object.fromEntries(members));
    models.set(name, model);
    return model;
  }
}

function isEmptyObject({ additionalProperties, patternProperties }: SchemaObject): boolean {
  return additionalProperties === false && patternProperties === undefined;
}

interface Naming {
  readonly hint: string;
  claim(): string;
}

function union(members: readonly MetaModel[]): MetaModel {
  const [only, ...more] = members;
  return only !== undefined && more.length === 0 ? only : new UnionModel('', {}, {}, [...members]);
}

function alias(name: string, model: MetaModel, origin: Origin): MetaModel {
  const property = new ObjectPropertyModel('value', true, model);
  return new ObjectModel(name, { ...origin, isAlias: true }, {}, { value: property });
}

function typed(type: string): MetaModel {
  return new AnyModel('', { type } satisfies Origin, {});
}

/** Literal types exist for strings, integers, booleans and None; other values get their general type. */
function constants(values: readonly unknown[]): MetaModel {
  const literals = values.filter(
    (value) => value === null || ['string', 'boolean'].includes(typeof value) || isInteger(value),
  );
  const others = values.filter((value) => !literals.includes(value)).map(generalType);
  const types = [...new Set(others)].map(typed);
  if (literals.length === 0) return union(types);
  return union([typed(statement('', subscript('Literal', literals.map(literal)))), ...types]);
}

function isInteger(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function generalType(value: unknown): string {
  if (typeof value === 'number') return 'float';
  return Array.isArray(value) ? 'list[object]' : 'dict[str, object]';
}

function withOrigin(model: MetaModel, origin: Origin): MetaModel {
  // The class of an object has its own description.
  if (!(model instanceof ObjectModel)) model.originalInput = { ...model.originalInput, ...origin };
  return model;
}

function describe(schema: JsonSchema): Origin {
  if (typeof schema === 'boolean') return {};
  const { description, deprecated } = schema;
  return {
    ...(typeof description === 'string' ? { description } : {}),
    ...(deprecated === true ? { deprecated } : {}),
  };
}
