import type { ContractDocument } from '../contract/contract-document.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, valueAt } from '../contract/json-pointer.ts';
import { Names, pascalCase } from '../source/identifiers.ts';
import {
  isAnnotation,
  isSchemaObject,
  type JsonSchema,
  referencedComponent,
  replaceSubschemas,
  type SchemaObject,
} from './json-schema.ts';
import { textSchemaOf } from './text-schema.ts';

export type Dialect = 'draft-07' | '2020-12';

/** A schema that has a model: a component of the contract, or one made of what an operation or a channel says. */
export interface Definition {
  /** As in the contract, except that a reference names a definition: `#/definitions/<type>`. */
  readonly schema: JsonSchema;
  /** What it is made from: `schema Post`, `query of operation getFeed`. */
  readonly origin: string;
  /** The pointer into the contract to what stands, in the schema, behind these keys. */
  readonly locate: (keys: readonly string[]) => string;
}

export interface GuardModel {
  readonly name: string;
  /** The name of its definition. */
  readonly definition: string;
  /** The type that it guards, as source. */
  readonly type: string;
  /** Whether the values arrive as text: then it also converts and fills in defaults. */
  readonly fromText: boolean;
}

/** How a schema is used in a place. */
export interface SchemaUse {
  /** The name of its definition. */
  readonly definition: string;
  /** As source. */
  readonly type: string;
  /** What the type is once its guard has filled in defaults. */
  readonly filledType: string;
  readonly guard: string;
}

/** A value that the contract gives as an example of a schema, outside of it. */
interface Example {
  readonly definition: string;
  /** To the schema, in the definition. */
  readonly keys: readonly string[];
  readonly value: unknown;
  /** Where it stands in the contract. */
  readonly pointer: string;
}

/** A named value that arrives as text. */
interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: SchemaObject;
  /** Where the schema stands in the contract. */
  readonly pointer: string;
}

interface FilledType {
  /** The name of its definition. */
  readonly definition: string;
  /** The properties that are there although they are not required. */
  readonly filled: readonly string[];
}

/** All schemas of a contract, by the names that they have in generated code. */
export class SchemaSet {
  readonly dialect: Dialect;
  readonly definitions = new Map<string, Definition>();
  /** What is different in a definition whose values arrive as text. */
  readonly textSchemas = new Map<string, SchemaObject>();
  /** The types of objects once their defaults are filled in. */
  readonly filledTypes = new Map<string, FilledType>();
  readonly guards: GuardModel[] = [];
  /** The examples that stand outside of the schemas. */
  readonly examples: Example[] = [];
  readonly #document: ContractDocument;
  readonly #components = new Map<string, string>();
  readonly #guardNames = new Names();
  readonly #textUses = new Map<string, SchemaUse>();
  // Filled types are made with these two of TypeScript's own.
  readonly #typeNames = new Names(['Pick', 'Required']);

  constructor(document: ContractDocument, dialect: Dialect, components: ContractNode | undefined) {
    this.#document = document;
    this.dialect = dialect;
    const entries = components?.entries ?? [];
    // All names first: schemas refer to each other in any order.
    for (const [name] of entries) this.#components.set(name, this.claimType(name));
    for (const [name, type] of this.#components) {
      const pointer = joinPointer(components?.pointer ?? '', name);
      this.#define(type, rawSchema(document, pointer), `schema ${name}`, locateFrom(pointer));
      this.#guard(`is${type}`, type, `models.${type}`, false);
    }
  }

  claimType(name: string): string {
    return this.#typeNames.claim(pascalCase(name));
  }

  /** The name of the component that stands in a place alone, by reference; null for any other schema. */
  componentAt(node: ContractNode): string | null {
    const [, components, schemas, name, ...rest] = node.pointer.split('/');
    const isComponent = components === 'components' && schemas === 'schemas' && rest.length === 0;
    return isComponent && name !== undefined ? (this.#components.get(name) ?? null) : null;
  }

  /** For what is JSON from the start. A schema without a name of its own gets `name`. */
  use(node: ContractNode, name: string, origin: string): SchemaUse {
    const component = this.componentAt(node);
    if (component !== null) return useOf(component, `models.${component}`, `is${component}`);
    const definition = this.claimType(name);
    const raw = rawSchema(this.#document, node.pointer);
    const { schema } = this.#define(definition, raw, origin, locateFrom(node.pointer));
    const element = isSchemaObject(schema) && schema.type === 'array' ? definitionOf(schema.items) : null;
    const type = element === null ? `models.${definition}` : `models.${element}[]`;
    return useOf(definition, type, this.#guard(`is${definition}`, definition, type, false));
  }

  /** For an object whose values arrive as text. A schema without a name of its own gets `name`. */
  useFromText(node: ContractNode, name: string, origin: string): SchemaUse {
    const component = this.componentAt(node);
    if (component !== null) return this.#useFromText(component, `is${component}FromText`);
    const definition = this.claimType(name);
    this.#define(definition, rawSchema(this.#document, node.pointer), origin, locateFrom(node.pointer));
    return this.#useFromText(definition, `is${definition}`);
  }

  /** The same for an object that the contract lists value by value, and that takes no others. */
  useParameters(parameters: readonly Parameter[], name: string, origin: string): SchemaUse {
    const definition = this.claimType(name);
    const pointers = new Map(parameters.map((parameter) => [parameter.name, parameter.pointer]));
    const schema = {
      type: 'object',
      additionalProperties: false,
      required: parameters.filter(({ required }) => required).map((parameter) => parameter.name),
      properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.schema])),
    };
    this.#define(definition, schema, origin, ([, parameter = '', ...keys]) =>
      joinPointer(pointers.get(parameter) ?? '', ...keys),
    );
    return this.#useFromText(definition, `is${definition}`);
  }

  /** What a schema is behind its references. */
  resolve(schema: JsonSchema): JsonSchema {
    const definition = this.definitions.get(definitionOf(schema) ?? '');
    return definition === undefined ? schema : this.resolve(definition.schema);
  }

  #useFromText(definition: string, guardName: string): SchemaUse {
    const known = this.#textUses.get(definition);
    if (known !== undefined) return known;
    const { schema, filled } = textSchemaOf(this, definition, this.#document);
    this.textSchemas.set(definition, schema);
    const filledType = filled.length === 0 ? definition : this.claimType(`${definition} with defaults`);
    if (filled.length > 0) {
      this.filledTypes.set(filledType, { definition, filled });
    }
    const guard = this.#guard(guardName, definition, `models.${filledType}`, true);
    const use = { definition, type: `models.${definition}`, filledType: `models.${filledType}`, guard };
    this.#textUses.set(definition, use);
    return use;
  }

  #guard(name: string, definition: string, type: string, fromText: boolean): string {
    const claimed = this.#guardNames.claim(name);
    this.guards.push({ name: claimed, definition, type, fromText });
    return claimed;
  }

  #define(name: string, schema: JsonSchema, origin: string, locate: Definition['locate']): Definition {
    const definition = { schema: this.#refer(schema, locate, []), origin, locate };
    this.definitions.set(name, definition);
    return definition;
  }

  /** Makes references to components references to definitions. */
  #refer(schema: JsonSchema, locate: Definition['locate'], keys: readonly string[]): JsonSchema {
    const copy = replaceSubschemas(schema, (subschema, more) =>
      this.#refer(subschema, locate, [...keys, ...more]),
    );
    if (!isSchemaObject(copy) || typeof copy.$ref !== 'string') return copy;
    const component = this.#components.get(referencedComponent(copy) ?? '');
    if (component === undefined) {
      const fix = 'move what it refers to into components.schemas';
      this.#document.report(locate([...keys, '$ref']), 'a schema refers to what is no component schema', fix);
      return true;
    }
    const ignored = Object.keys(copy).filter((keyword) => !mayStandBesideReference(keyword));
    if (this.dialect === 'draft-07' && ignored.length > 0) {
      const what = `JSON Schema draft-07 ignores \`${ignored.join('`, `')}\` beside $ref`;
      this.#document.report(locate(keys), what, 'put the reference into an `allOf`');
    }
    return { ...copy, $ref: `#/definitions/${component}` };
  }
}

/** The definition that a schema refers to; null for a schema that stands for itself. */
export function definitionOf(schema: unknown): string | null {
  if (!isSchemaObject(schema) || typeof schema.$ref !== 'string') return null;
  return schema.$ref.slice('#/definitions/'.length);
}

function useOf(definition: string, type: string, guard: string): SchemaUse {
  return { definition, type, filledType: type, guard };
}

function locateFrom(pointer: string): Definition['locate'] {
  return (keys) => joinPointer(pointer, ...keys);
}

/** A schema as it stands, its own reference not followed. The contract's specification was checked: it is a schema. */
function rawSchema(document: ContractDocument, pointer: string): JsonSchema {
  return valueAt(document.value, pointer) as JsonSchema;
}

function mayStandBesideReference(keyword: string): boolean {
  return keyword === '$ref' || keyword === 'default' || isAnnotation(keyword);
}
