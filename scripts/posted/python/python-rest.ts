import {
  type RestModel,
  type RestOperationModel,
  type SecuritySchemeModel,
  successesOf,
} from '../openapi/rest-model.ts';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { Names } from '../source/identifiers.ts';
import { typeNamed } from './model-types.ts';
import { requiredOf } from './parameter-inputs.ts';
import type { PythonModels } from './python-models.ts';
import { snakeCase } from './python-names.ts';

/** A REST contract with Python names and types. */
export interface PythonRest {
  readonly model: RestModel;
  readonly operations: readonly PythonRestOperation[];
}

export interface PythonRestOperation {
  readonly model: RestOperationModel;
  /** The name of its method. */
  readonly member: string;
  readonly arguments: readonly PythonArgument[];
  /** As source. */
  readonly result: string;
}

interface PythonArgument {
  readonly name: 'params' | 'query' | 'headers' | 'body';
  /** As source. */
  readonly type: string;
  readonly isRequired: boolean;
}

/** The names that a method of the client cannot have: members of its own, and names in its annotations. */
const reservedMembers = ['aclose', 'float', 'int', 'list', 'models', 'object', 'str'];

/** By key: the types of parameters of which clients may leave out some that the contract's type requires. */
export function restInputs({ operations }: RestModel, schemas: SchemaSet): ReadonlyMap<string, JsonSchema> {
  const inputs = new Map<string, JsonSchema>();
  for (const { query, headers, filledIn } of operations) {
    for (const [use, names] of [[query, filledIn.query] as const, [headers, filledIn.headers] as const]) {
      const schema = use && schemas.resolve({ $ref: `#/definitions/${use.definition}` });
      if (use === null || schema === null || names.length === 0 || !isSchemaObject(schema)) continue;
      const required = requiredOf(schema).filter((name) => !names.includes(name));
      inputs.set(inputKey(use), { ...schema, required });
    }
  }
  return inputs;
}

export function pythonRestOf(model: RestModel, models: PythonModels): PythonRest {
  const members = new Names(reservedMembers);
  const typeOf = (use: SchemaUse): string =>
    typeNamed(models.has(inputKey(use)) ? inputKey(use) : use.definition, models);
  return {
    model,
    operations: model.operations.map((operation) => {
      const { operationId, pathParameters, query, headers, body, required } = operation;
      const member = snakeCase(operationId, 'operation_');
      const parts = [
        ['params', pathParameters, true],
        ['query', query, required.query],
        ['headers', headers, required.headers],
        ['body', body, required.body],
      ] as const;
      return {
        model: operation,
        member: members.claim(member, `${member}_operation`),
        arguments: parts
          .flatMap(([name, use, isRequired]) =>
            use === null ? [] : [{ name, type: typeOf(use), isRequired }],
          )
          .toSorted((one, other) => Number(other.isRequired) - Number(one.isRequired)),
        result: resultOf(operation, models),
      };
    }),
  };
}

function inputKey({ definition }: SchemaUse): string {
  return `${definition} input`;
}

function resultOf({ responses, responseHeaders }: RestOperationModel, models: PythonModels): string {
  const types = new Set(
    successesOf(responses).map(({ content, body }) => {
      if (content === 'text') return 'str';
      return body === null ? 'None' : typeNamed(body.definition, models);
    }),
  );
  const [only = 'None', ...others] = types;
  const body = others.length === 0 ? only : `Union[${[...types].join(', ')}]`;
  return responseHeaders === null
    ? body
    : `RestResponse[${typeNamed(responseHeaders.definition, models)}, ${body}]`;
}

/** The type of the credential of a scheme, as source. */
export function credentialType({ kind }: SecuritySchemeModel): string {
  return kind === 'basic' ? 'RestUserPassword' : 'RestToken';
}
