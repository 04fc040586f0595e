import type {
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
} from '../asyncapi/contract-model.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';

type Resolver = Pick<SchemaSet, 'resolve'>;

/** By key: schemas of values that the application passes and the client completes. */
export function relaxedSchemas(
  { channels }: ContractModel,
  schemas: Resolver,
): ReadonlyMap<string, JsonSchema> {
  const relaxed = new Map<string, JsonSchema>();
  const add = (definition: string, path: readonly string[], key: string): void => {
    const schema = withoutRequired({ $ref: `#/definitions/${definition}` }, path, schemas);
    if (schema !== null) relaxed.set(key, schema);
  };
  for (const channel of channels) {
    for (const { definition, correlationId } of channel.operations.flatMap(correlatedMessages)) {
      if (definition !== null) add(definition, correlationId ?? [], uncorrelatedKey(definition));
    }
    const { parameters, parameterDefaults } = channel;
    const names = Object.keys(parameterDefaults);
    if (parameters === null || names.length === 0) continue;
    const { definition } = parameters;
    const schema = schemas.resolve({ $ref: `#/definitions/${definition}` });
    if (isSchemaObject(schema)) relaxed.set(inputKey(definition), withoutNames(schema, names));
  }
  return relaxed;
}

/** The messages into which the client writes the correlation id, its own or that of the server's request. */
export function correlatedMessages({ action, messages, reply }: OperationModel): readonly MessageModel[] {
  if (reply === null) return [];
  const requests = messages.map(({ message }) => message);
  const correlated = action === 'receive' ? requests : reply;
  const hasId = action === 'receive' || requests.every(({ correlationId }) => correlationId !== null);
  return hasId ? correlated.filter(({ correlationId }) => correlationId !== null) : [];
}

/** The key of the type of a message without its correlation id. Definitions cannot have this name. */
export function uncorrelatedKey(definition: string): string {
  return `${definition} uncorrelated`;
}

/** The key of the type of address parameters in which those with a default are optional. */
export function inputKey(definition: string): string {
  return `${definition} input`;
}

/** Whether the address has parameters without defaults. */
export function needsParameters({ parameters, parameterDefaults }: ChannelModel, schemas: Resolver): boolean {
  if (parameters === null) return false;
  const schema = schemas.resolve({ $ref: `#/definitions/${parameters.definition}` });
  return requiredOf(schema).some((name) => !Object.hasOwn(parameterDefaults, name));
}

export function requiredOf(schema: JsonSchema): readonly string[] {
  return isSchemaObject(schema) && Array.isArray(schema.required) ? schema.required : [];
}

/** A schema in which the property at the end of the path is optional; null if the path leads through other schemas. */
function withoutRequired(
  schema: JsonSchema,
  path: readonly string[],
  schemas: Resolver,
): SchemaObject | null {
  const [name, ...rest] = path;
  const resolved = schemas.resolve(schema);
  if (name === undefined || !isSchemaObject(resolved) || !isSchemaObject(resolved.properties)) return null;
  if (rest.length === 0) return withoutNames(resolved, [name]);
  if (!Object.hasOwn(resolved.properties, name)) return null;
  const inner = withoutRequired(resolved.properties[name] as JsonSchema, rest, schemas);
  if (inner === null) return null;
  const properties = { ...resolved.properties, [name]: inner };
  // A property without required members becomes optional too.
  return withoutNames({ ...resolved, properties }, requiredOf(inner).length === 0 ? [name] : []);
}

function withoutNames(schema: SchemaObject, names: readonly string[]): SchemaObject {
  return { ...schema, required: requiredOf(schema).filter((name) => !names.includes(name)) };
}
