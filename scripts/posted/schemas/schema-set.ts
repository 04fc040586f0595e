import type { ContractDocument } from '../contract/contract-document.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, splitPointer } from '../contract/json-pointer.ts';
import { Names, pascalCase } from '../source/identifiers.ts';
import { definitionSchema, rawSchema } from './definition-schema.ts';
import {
  circularDefinitions,
  type Definition,
  type Dialect,
  definitionOf,
  receivedKey,
  resolveSchema,
} from './definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from './json-schema.ts';
import { isOfStrings, type TextValues, textSchemaOf } from './text-schema.ts';

export interface GuardModel {
  readonly name: string;
  /** The name of a definition, or a received key. */
  readonly definition: string;
  /** The type that it guards, as source. */
  readonly type: string;
  /** Whether the values arrive as text. The guard then also converts them and applies defaults. */
  readonly fromText: boolean;
}

/** A use of a schema in the contract. */
export interface SchemaUse {
  /** The name of its definition. */
  readonly definition: string;
  /** As source. */
  readonly type: string;
  /** The type after its guard has applied defaults, as source. */
  readonly filledType: string;
  readonly guard: string;
}

/** An example that the contract gives outside of the schema. */
interface Example {
  readonly definition: string;
  /** The path to the schema in the definition. */
  readonly keys: readonly string[];
  readonly value: unknown;
  /** The pointer to the example in the contract. */
  readonly pointer: string;
}

/** A named value that is sent as text. */
export interface NamedValue {
  readonly name: string;
  readonly required: boolean;
  readonly schema: SchemaObject;
  /** The pointer to the schema in the contract. */
  readonly pointer: string;
}

interface FilledType {
  /** The name of its definition. */
  readonly definition: string;
  /** The optional properties with defaults, which are always present afterwards. */
  readonly filled: readonly string[];
}

/** The parts of a message's frame. */
interface MessageParts {
  readonly payload: ContractNode | undefined;
  readonly headers: ContractNode | undefined;
}

/** All schemas of a contract, by their names in generated code. */
export class SchemaSet {
  readonly document: ContractDocument;
  readonly dialect: Dialect;
  readonly definitions = new Map<string, Definition>();
  /** The variants of definitions for receiving clients (received-schemas.ts), by received key. */
  readonly received = new Map<string, JsonSchema>();
  /** The definitions that combine the headers and the payload of a message. The contract does not contain them. */
  readonly envelopes = new Set<string>();
  /** The variants of definitions for values that arrive as text. */
  readonly textSchemas = new Map<string, SchemaObject>();
  /** The types of objects after defaults have been applied. */
  readonly filledTypes = new Map<string, FilledType>();
  readonly guards: GuardModel[] = [];
  /** The examples outside of the schemas. */
  readonly examples: Example[] = [];
  readonly #components = new Map<string, string>();
  readonly #guardNames = new Names();
  readonly #textUses = new Map<string, SchemaUse>();
  // Filled types use these two utility types of TypeScript.
  readonly #typeNames = new Names(['Pick', 'Required']);

  constructor(document: ContractDocument, dialect: Dialect, components: ContractNode | undefined) {
    this.document = document;
    this.dialect = dialect;
    const entries = components?.entries ?? [];
    // Claim all names first, because schemas refer to each other in any order.
    for (const [name] of entries) this.#components.set(name, this.claimType(name));
    for (const [name, type] of this.#components) {
      const pointer = joinPointer(components?.pointer ?? '', name);
      this.#define(type, rawSchema(document, pointer), `schema ${name}`, locateFrom(pointer));
      this.#guard(`is${type}`, type, `models.${type}`, false);
    }
    for (const name of circularDefinitions(this.definitions)) this.#breakCycle(name);
  }

  claimType(name: string): string {
    return this.#typeNames.claim(pascalCase(name));
  }

  /** The component that a node is a reference to; null for any other schema. */
  #componentAt(node: ContractNode): string | null {
    const [components, schemas, name, ...rest] = splitPointer(node.pointer);
    const isComponent = components === 'components' && schemas === 'schemas' && rest.length === 0;
    return isComponent && name !== undefined ? (this.#components.get(name) ?? null) : null;
  }

  /** Uses a schema for JSON values. An inline schema gets `name`. */
  use(node: ContractNode, name: string, origin: string): SchemaUse {
    const component = this.#componentAt(node);
    if (component !== null) return useOf(component, `models.${component}`, `is${component}`);
    const definition = this.claimType(name);
    const raw = rawSchema(this.document, node.pointer);
    const { schema } = this.#define(definition, raw, origin, locateFrom(node.pointer));
    const element = isSchemaObject(schema) && schema.type === 'array' ? definitionOf(schema.items) : null;
    const type = element === null ? `models.${definition}` : `models.${element}[]`;
    return useOf(definition, type, this.#guard(`is${definition}`, definition, type, false));
  }

  /**
   * Uses a message's schemas for the JSON in a frame: the payload, or with headers an object of `headers` and `payload`.
   * Without a payload schema, a message is any JSON.
   */
  useMessage({ payload, headers }: MessageParts, name: string, origin: string): SchemaUse {
    if (headers !== undefined) return this.#useFrame({ headers, ...(payload && { payload }) }, name, origin);
    return payload === undefined ? this.#useOwn(true, name, origin) : this.use(payload, name, origin);
  }

  /** Uses a schema for plain text; without a schema, for any text. */
  useText(payload: ContractNode | undefined, name: string, origin: string): SchemaUse {
    if (payload === undefined) return this.#useOwn({ type: 'string' }, name, origin);
    const use = this.use(payload, name, origin);
    if (!isOfStrings(this.definitions, { $ref: `#/definitions/${use.definition}` })) {
      payload.report('the schema of a plain text message allows more than strings', 'use `type: string`');
    }
    return use;
  }

  /**
   * Uses a schema for an object whose values arrive as text; with `lists`, also for lists of them. An inline schema gets
   * `name`.
   */
  useFromText(node: ContractNode, name: string, origin: string, values?: TextValues): SchemaUse {
    const component = this.#componentAt(node);
    if (component !== null) return this.#useFromText(component, `is${component}FromText`, values);
    const definition = this.claimType(name);
    this.#define(definition, rawSchema(this.document, node.pointer), origin, locateFrom(node.pointer));
    return this.#useFromText(definition, `is${definition}`, values);
  }

  /** Uses an object of named values that arrive as text, without further properties. */
  useParameters(parameters: readonly NamedValue[], name: string, origin: string): SchemaUse {
    const definition = this.#defineNamed(parameters, name, origin);
    return this.#useFromText(definition, `is${definition}`);
  }

  /** The same for values that may be lists, objects and unions, whose parts arrive as text. */
  useStructured(values: readonly NamedValue[], name: string, origin: string, isOpen = false): SchemaUse {
    const definition = this.#defineNamed(values, name, origin, isOpen);
    return this.#useFromText(definition, `is${definition}`, 'any');
  }

  /** Uses an object of named values, without further properties, that become text. */
  useValues(values: readonly NamedValue[], name: string, origin: string): SchemaUse {
    const definition = this.#defineNamed(values, name, origin);
    const type = `models.${definition}`;
    return useOf(definition, type, this.#guard(`is${definition}`, definition, type, false));
  }

  /** A schema of the contract with references to definitions, for reading. It gets no type. */
  describe(schema: JsonSchema, pointer: string): JsonSchema {
    const context = { document: this.document, dialect: this.dialect, components: this.#components };
    return definitionSchema(schema, { ...context, locate: locateFrom(pointer) });
  }

  /** Adds the variants of a definition for receiving clients, by received key. Returns the name of the guard. */
  useReceived(definition: string, type: string, schemas: ReadonlyMap<string, JsonSchema>): string {
    for (const [key, schema] of schemas) this.received.set(key, schema);
    const key = receivedKey(definition);
    const known = this.guards.find((guard) => guard.definition === key);
    return known?.name ?? this.#guard(`isReceived${definition}`, key, type, false);
  }

  /** Uses the schema of a value that matches at least one of several definitions. */
  useUnion(definitions: readonly string[], name: string, origin: string): SchemaUse {
    const anyOf = [...new Set(definitions)].map((member) => ({ $ref: `#/definitions/${member}` }));
    return this.#useOwn({ anyOf }, name, origin);
  }

  /** Follows a schema's references. */
  resolve(schema: JsonSchema): JsonSchema {
    return resolveSchema(this.definitions, schema);
  }

  /** Uses a schema that is not part of the contract. */
  #useOwn(schema: JsonSchema, name: string, origin: string): SchemaUse {
    const definition = this.claimType(name);
    this.definitions.set(definition, { schema, origin, locate: () => '' });
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
          this.#componentAt(node) === null
            ? rawSchema(this.document, node.pointer)
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

  #defineNamed(values: readonly NamedValue[], name: string, origin: string, isOpen = false): string {
    const definition = this.claimType(name);
    const pointers = new Map(values.map((value) => [value.name, value.pointer]));
    const schema = {
      type: 'object',
      ...(isOpen ? {} : { additionalProperties: false }),
      required: values.filter(({ required }) => required).map((value) => value.name),
      properties: Object.fromEntries(values.map((value) => [value.name, value.schema])),
    };
    this.#define(definition, schema, origin, ([, value = '', ...keys]) =>
      joinPointer(pointers.get(value) ?? '', ...keys),
    );
    return definition;
  }

  #useFromText(definition: string, guardName: string, values: TextValues = 'scalars'): SchemaUse {
    const known = this.#textUses.get(definition);
    if (known !== undefined) return known;
    const { schema, filled } = textSchemaOf(this.definitions, definition, this.document, values);
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
    const context = { document: this.document, dialect: this.dialect, components: this.#components, locate };
    const definition = { schema: definitionSchema(schema, context), origin, locate };
    this.definitions.set(name, definition);
    return definition;
  }

  #breakCycle(name: string): void {
    const definition = this.definitions.get(name);
    if (definition === undefined) return;
    this.document.report(
      definition.locate([]),
      'the schema refers to itself for the same value, so validation would never end',
      'refer to it from a property or an item, or remove the cycle',
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
