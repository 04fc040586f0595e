import type { ErrorObject } from 'ajv';
import type { ContractNode } from '../../contract/contract-node.ts';
import { joinPointer, splitPointer } from '../../contract/json-pointer.ts';
import { nearestName } from '../../contract/nearest-name.ts';
import { isSchemaObject, type SchemaObject } from '../../schemas/json-schema.ts';
import extensionSchema from './x-delivery.schema.json' with { type: 'json' };

/** The part of the extension's schema for a value that a problem can name. */
interface Described {
  /** The keys to the value. */
  readonly keys: readonly string[];
  readonly schema: SchemaObject;
}

const root: Described = { keys: [], schema: extensionSchema };

/** Reports an error that the extension's schema found, in the words of its titles and examples. */
export function reportRefused(node: ContractNode, error: ErrorObject): void {
  const { keyword, instancePath, schemaPath, params, propertyName } = error;
  // Each of these comes with another error, which is reported.
  if (keyword === 'if' || propertyName !== undefined) return;
  const { keys, schema } = innermost(splitPointer(instancePath));
  const report = (path: readonly string[], what: string, fix: string): void =>
    node.document.report(joinPointer(node.pointer, ...path), what, fix);
  const named = keys.length === 0 ? 'x-delivery' : `\`${keys.join('.')}\``;
  const fields = isSchemaObject(schema.properties) ? schema.properties : null;
  if (schemaPath.startsWith('#/then/')) {
    const fix = `add it, as in \`${exampleOf('select')}\`, or list the messages without groups`;
    report(['messages'], 'groups of messages need `select`, which chooses from them', fix);
  } else if (schemaPath.startsWith('#/dependencies/')) {
    const fix = `write them as in \`${exampleOf('messages', 1)}\`, or remove \`select\``;
    report(['select'], '`select` chooses from groups, which `messages` does not have', fix);
  } else if (keyword === 'propertyNames') {
    const name = String(params.propertyName);
    const fix = 'start it with a letter, and use up to 64 letters, digits, `_` and `-`';
    report([...keys, name], `\`${name}\` cannot be the name of a group`, fix);
  } else if (keyword === 'additionalProperties' && fields !== null) {
    const unknown = String(params.additionalProperty);
    report(
      [...keys, unknown],
      `${named} has no field \`${unknown}\``,
      fixOfUnknown(unknown, Object.keys(fields)),
    );
  } else if (keyword === 'required' && fields !== null) {
    const missing = String(params.missingProperty);
    report(keys, `${named} must have \`${missing}\``, `add it, as in \`${exampleAt([...keys, missing])}\``);
  } else if (keys.length === 0) {
    report(keys, 'x-delivery must be an object', `write it as in \`{ ${exampleOf('messages')}, … }\``);
  } else {
    report(keys, `${named} must be ${String(schema.title)}`, `write it as in \`${exampleAt(keys)}\``);
  }
}

/** An example of a field of the extension. */
export function exampleOf(field: string, index = 0): string {
  return exampleAt([field], index);
}

function exampleAt(path: readonly string[], index = 0): string {
  const { keys, schema } = innermost(path);
  const { examples } = schema;
  return `${keys.at(-1)}: ${flowStyle(Array.isArray(examples) ? examples[index] : undefined)}`;
}

/** The innermost value with a title on the way to a value. */
function innermost(path: readonly string[]): Described {
  let found = root;
  for (const key of path) {
    const { properties, additionalProperties } = found.schema;
    const member = isSchemaObject(properties) ? properties[key] : additionalProperties;
    // A key of digits is the index of an element, since no field or group has such a name.
    if (/^\d/.test(key) || !isSchemaObject(member) || member.title === undefined) break;
    found = { keys: [...found.keys, key], schema: member };
  }
  return found;
}

/** A value as YAML in one line. */
function flowStyle(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowStyle).join(', ')}]`;
  if (!isSchemaObject(value)) return String(value);
  const members = Object.entries(value).map(([key, member]) => `${key}: ${flowStyle(member)}`);
  return `{ ${members.join(', ')} }`;
}

function fixOfUnknown(unknown: string, names: readonly string[]): string {
  const nearest = nearestName(unknown, names);
  return nearest === null
    ? `remove it, or use one of ${names.map((name) => `\`${name}\``).join(', ')}`
    : `write \`${nearest}\`, or remove it`;
}
