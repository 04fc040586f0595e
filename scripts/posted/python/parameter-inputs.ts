import type { ChannelModel, ContractModel } from '../asyncapi/contract-model.ts';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { stringsOf } from './alternatives.ts';

type Resolver = Pick<SchemaSet, 'resolve'>;

/** By key: schemas of address parameters in which those with a default are optional. */
export function parameterInputs(
  { channels }: ContractModel,
  schemas: Resolver,
): ReadonlyMap<string, JsonSchema> {
  const inputs = new Map<string, JsonSchema>();
  for (const { parameters, parameterDefaults } of channels) {
    const names = Object.keys(parameterDefaults);
    if (parameters === null || names.length === 0) continue;
    const schema = schemas.resolve({ $ref: `#/definitions/${parameters.definition}` });
    if (!isSchemaObject(schema)) continue;
    const required = requiredOf(schema).filter((name) => !names.includes(name));
    inputs.set(inputKey(parameters.definition), { ...schema, required });
  }
  return inputs;
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
  return isSchemaObject(schema) ? stringsOf(schema.required) : [];
}
