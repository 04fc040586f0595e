import type { ContractDocument } from '../contract/contract-document.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, splitPointer, valueAt } from '../contract/json-pointer.ts';
import { Names, pascalCase } from '../source/identifiers.ts';
import { definitionSchema } from './definition-schema.ts';
import {
  type Definition,
  type Dialect,
  definitionOf,
  endlessDefinitions,
  receivedKey,
  resolveSchema,
} from './definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from './json-schema.ts';
import { isOfStrings, textSchemaOf } from './text-schema.ts';

export interface GuardModel {
  readonly name: string;
  /** The name of its definition, or the received key of one. */
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

/** What a message's frame is made of. */
interface MessageParts {
  readonly payload: ContractNode | undefined;
  readonly headers: ContractNode | undefined;
}

/** All schemas of a contract, by the names that they have in generated code. */
export class SchemaSet {
  readonly dialect: Dialect;
  readonly definitions = new Map<string, Definition>();
  /** By received key: the definitions that differ for a client that receives them (received-schemas.ts). */
  readonly received = new Map<string, JsonSchema>();
  /** The definitions that join the headers and the payload of a message, which are not the contract's own. */
  readonly envelopes = new Set<string>();
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
    for (const name of endlessDefinitions(this.definitions)) this.#breakCircle(name);
  }

  claimType(name: string): string {
    return this.#typeNames.claim(pascalCase(name));
  }

  /** The name of the component that stands in a place alone, by reference; null for any other schema. */
  componentAt(node: ContractNode): string | null {
    const [components, schemas, name, ...rest] = splitPointer(node.pointer);
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

  /**
   * For the JSON that a frame holds: the payload of a message; of one with headers, an object with `headers` and
   * `payload`. A message that says nothing of its payload is any JSON.
   */
  useMessage({ payload, headers }: MessageParts, name: string, origin: string): SchemaUse {
    if (headers !== undefined) return this.#useFrame({ headers, ...(payload && { payload }) }, name, origin);
    return payload === undefined ? this.#useOwn(true, name, origin) : this.use(payload, name, origin);
  }

  /** For plain text; without a schema, for any. */
  useText(payload: ContractNode | undefined, name: string, origin: string): SchemaUse {
    if (payload === undefined) return this.#useOwn({ type: 'string' }, name, origin);
    const use = this.use(payload, name, origin);
    if (!isOfStrings(this.definitions, { $ref: `#/definitions/${use.definition}` })) {
      payload.report(
        'plain text is described by a schema that allows more than strings',
        'say `type: string`',
      );
    }
    return use;
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

  /** For a definition that a client receives as `schemas` say, by their keys. Returns the name of its guard. */
  useReceived(definition: string, type: string, schemas: ReadonlyMap<string, JsonSchema>): string {
    for (const [key, schema] of schemas) this.received.set(key, schema);
    const key = receivedKey(definition);
    const known = this.guards.find((guard) => guard.definition === key);
    return known?.name ?? this.#guard(`isReceived${definition}`, key, type, false);
  }

  /** What a schema is behind its references. */
  resolve(schema: JsonSchema): JsonSchema {
    return resolveSchema(this.definitions, schema);
  }

  /** For what the contract has no schema of: `schema` says it instead. */
  #useOwn(schema: JsonSchema, name: string, origin: string): SchemaUse {
    const definition = this.claimType(name);
    this.#define(definition, schema, origin, () => '');
    const type = `models.${definition}`;
    return useOf(definition, type, this.#guard(`is${definition}`, definition, type, false));
  }

  #useFrame(parts: Readonly<Record<string, ContractNode>>, name: string, origin: string): SchemaUse {
    const definition = this.claimType(name);
    this.envelopes.add(definition);
    const schema = {
      type: 'object',
      additionalProperties: false,
      required: Object.keys(parts),
      properties: Object.fromEntries(
        Object.entries(parts).map(([part, node]) => [
          part,
          this.componentAt(node) === null
            ? rawSchema(this.#document, node.pointer)
            : { $ref: `#${encodeURI(node.pointer)}` },
        ]),
      ),
    };
    this.#define(definition, schema, origin, ([, part = '', ...keys]) => {
      const node = parts[part] ?? parts.headers;
      return joinPointer(node?.pointer ?? '', ...keys);
    });
    const type = `models.${definition}`;
    return useOf(definition, type, this.#guard(`is${definition}`, definition, type, false));
  }

  #useFromText(definition: string, guardName: string): SchemaUse {
    const known = this.#textUses.get(definition);
    if (known !== undefined) return known;
    const { schema, filled } = textSchemaOf(this.definitions, definition, this.#document);
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
    const place = { document: this.#document, dialect: this.dialect, components: this.#components, locate };
    const definition = { schema: definitionSchema(schema, place), origin, locate };
    this.definitions.set(name, definition);
    return definition;
  }

  #breakCircle(name: string): void {
    const definition = this.definitions.get(name);
    if (definition === undefined) return;
    const what = 'the schema leads back to itself for the same value, so that checking one would never end';
    this.#document.report(
      definition.locate([]),
      what,
      'put a property or an item between, or remove the circle',
    );
    this.definitions.set(name, { ...definition, schema: true });
  }
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
