import type {
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
} from '../asyncapi/contract-model.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';

type Resolver = Pick<SchemaSet, 'resolve'>;

/** By the key of a type: schemas of what the application gives, where the client itself adds what is missing. */
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
    if (isSchemaObject(schema)) relaxed.set(givenKey(definition), withoutNames(schema, names));
  }
  return relaxed;
}

/** Messages into which the client writes the correlation id: its own, or that of the question. */
export function correlatedMessages({ action, messages, reply }: OperationModel): readonly MessageModel[] {
  if (reply === null) return [];
  const asked = messages.map(({ message }) => message);
  const written = action === 'receive' ? asked : reply;
  const isKnown = action === 'receive' || asked.every(({ correlationId }) => correlationId !== null);
  return isKnown ? written.filter(({ correlationId }) => correlationId !== null) : [];
}

/** The key of the type of a message without its correlation id. No definition has such a name. */
export function uncorrelatedKey(definition: string): string {
  return `${definition} uncorrelated`;
}

/** The key of the type of address parameters without those that have a default. */
export function givenKey(definition: string): string {
  return `${definition} given`;
}

/** Whether a channel can be connected to without parameters of its address. */
export function needsParameters({ parameters, parameterDefaults }: ChannelModel, schemas: Resolver): boolean {
  if (parameters === null) return false;
  const schema = schemas.resolve({ $ref: `#/definitions/${parameters.definition}` });
  return requiredOf(schema).some((name) => !Object.hasOwn(parameterDefaults, name));
}

export function requiredOf(schema: JsonSchema): readonly string[] {
  return isSchemaObject(schema) && Array.isArray(schema.required) ? schema.required : [];
}

/** A schema in which what stands at the end of the path need not be there; null where that cannot be written. */
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
  // What holds nothing else that is needed need not be there either.
  return withoutNames({ ...resolved, properties }, requiredOf(inner).length === 0 ? [name] : []);
}

function withoutNames(schema: SchemaObject, names: readonly string[]): SchemaObject {
  return { ...schema, required: requiredOf(schema).filter((name) => !names.includes(name)) };
}
