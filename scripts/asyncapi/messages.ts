import type { ContractNode } from '../contract/contract-node.ts';
import { checkFields } from '../contract/fields.ts';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import * as fields from './asyncapi-fields.ts';
import type { Action, MessageModel, MessageTag } from './contract-model.ts';
import type { ReadOperation } from './operations.ts';

/** What one message of an operation is, without what depends on the others. */
export function readMessage(
  name: string,
  node: ContractNode,
  schemas: SchemaSet,
): Pick<MessageModel, 'name' | 'description' | 'contentType' | 'type' | 'guard'> {
  const component = componentOf(node, schemas) ?? '';
  return {
    name,
    description: node.text('description') || node.text('summary'),
    contentType: 'application/json',
    type: `models.${component}`,
    guard: `is${component}`,
  };
}

/** Reports what no message may lack, whether an operation has it or not. */
export function checkMessage(node: ContractNode, schemas: SchemaSet, defaultContentType: string): void {
  checkFields(node, fields.messageFields);
  if (node.text('description') === '' && node.text('summary') === '') {
    node.report('a message says nothing about itself', 'give it a `summary` or a `description`');
  }
  const contentType = node.text('contentType') || defaultContentType || 'application/json';
  if (contentType !== 'application/json') {
    node.reportAt(
      'contentType',
      `content type ${JSON.stringify(contentType)} is not supported`,
      'use application/json',
    );
  }
  const component = componentOf(node, schemas);
  if (component === null) {
    node.reportAt('payload', 'the payload has no name', 'move it into components.schemas and refer to it');
  }
  const examples = node.get('examples')?.items ?? [];
  if (!examples.some((example) => example.get('payload') !== undefined)) {
    node.reportAt('examples', 'a message has no example', 'add one with a `payload`');
  }
  for (const example of examples) {
    checkFields(example, fields.messageExampleFields);
    const payload = example.get('payload');
    if (component === null || payload === undefined) continue;
    schemas.examples.push({
      definition: component,
      keys: [],
      value: payload.value,
      pointer: payload.pointer,
    });
  }
}

/**
 * How the messages that go in one direction of a channel are told apart, by name: a property that all of them
 * require, with another constant in each.
 */
export function tagMessages(
  operations: readonly ReadOperation[],
  action: Action,
  schemas: SchemaSet,
): ReadonlyMap<string, MessageTag> {
  const messages = new Map<
    string,
    { readonly node: ContractNode; readonly constants: ReadonlyMap<string, string> }
  >();
  for (const operation of operations.filter((candidate) => candidate.action === action)) {
    for (const [name, node] of operation.messages) {
      if (messages.has(name)) {
        operation.node.report(
          `another operation of the channel has message \`${name}\` too`,
          'leave it to one of them',
        );
      }
      messages.set(name, { node, constants: constantsOf(componentOf(node, schemas), schemas) });
    }
  }
  const all = [...messages.values()];
  const property = [...(all[0]?.constants.keys() ?? [])].find(
    (candidate) =>
      new Set(all.map(({ constants }) => constants.get(candidate)).filter(isText)).size === all.length,
  );
  if (property !== undefined) {
    return new Map(
      [...messages].map(([name, { constants }]) => [
        name,
        { property, value: constants.get(property) ?? '' },
      ]),
    );
  }
  if (all.length > 1) {
    const names = [...messages.keys()].map((name) => `\`${name}\``).join(', ');
    const fix = 'give every payload a required property of the same name, each with a `const` of its own';
    all[0]?.node.report(`the messages ${names} cannot be told apart`, fix);
  }
  return new Map();
}

/** The properties that every instance has, with one text and no other. */
function constantsOf(component: string | null, schemas: SchemaSet): ReadonlyMap<string, string> {
  const schema = schemas.resolve({ $ref: `#/definitions/${component}` });
  if (!isSchemaObject(schema) || !isSchemaObject(schema.properties) || !Array.isArray(schema.required))
    return new Map();
  const { properties, required } = schema;
  return new Map(
    Object.entries(properties).flatMap(([name, property]) => {
      const value = required.includes(name) ? constantOf(schemas.resolve(property as JsonSchema)) : undefined;
      return isText(value) ? [[name, value]] : [];
    }),
  );
}

function constantOf(schema: JsonSchema): unknown {
  if (!isSchemaObject(schema)) return undefined;
  return Array.isArray(schema.enum) && schema.enum.length === 1 ? schema.enum[0] : schema.const;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function componentOf(node: ContractNode, schemas: SchemaSet): string | null {
  const payload = node.get('payload');
  return payload === undefined ? null : schemas.componentAt(payload);
}
