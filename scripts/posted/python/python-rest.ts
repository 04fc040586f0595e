import {
  isStream,
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
import { text as literal } from './python-source.ts';

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
  readonly name: 'params' | 'query' | 'headers' | 'cookies' | 'body' | 'files';
  /** As source. */
  readonly type: string;
  readonly isRequired: boolean;
}

/** The names that a method of the client cannot have: members of its own, and names in its annotations. */
const reservedMembers = ['aclose', 'bytes', 'float', 'int', 'list', 'models', 'object', 'str'];

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
      const { operationId, pathParameters, query, headers, cookies, required } = operation;
      const member = snakeCase(operationId, 'operation_');
      const parts = [
        ['params', pathParameters, true],
        ['query', query, required.query],
        ['headers', headers, required.headers],
        ['cookies', cookies, required.cookies],
      ] as const;
      return {
        model: operation,
        member: members.claim(member, `${member}_operation`),
        arguments: [
          ...parts.flatMap(([name, use, isRequired]) =>
            use === null ? [] : [{ name, type: typeOf(use), isRequired }],
          ),
          ...bodyArguments(operation, typeOf),
        ].toSorted((one, other) => Number(other.isRequired) - Number(one.isRequired)),
        result: resultOf(operation, models),
      };
    }),
  };
}

/** What a client passes for the first of the bodies that an operation takes. */
function bodyArguments(
  { contents: [content], required }: RestOperationModel,
  typeOf: (use: SchemaUse) => string,
): readonly PythonArgument[] {
  if (content === undefined) return [];
  const { kind, use, files, hasRequiredFields } = content;
  const isMultipart = kind === 'multipart';
  const type = kind === 'text' ? 'str' : kind === 'binary' ? 'bytes' : use === null ? 'object' : typeOf(use);
  const isRequired = required.body && (!isMultipart || hasRequiredFields);
  const body = isMultipart && use === null ? [] : [{ name: 'body' as const, type, isRequired }];
  if (files.length === 0) return body;
  const names = files.map(({ name }) => literal(name)).join(', ');
  const fileType = `Mapping[Literal[${names}], RestFile | Sequence[RestFile]]`;
  const isFileRequired = required.body && files.some((file) => file.isRequired);
  return [...body, { name: 'files', type: fileType, isRequired: isFileRequired }];
}

function inputKey({ definition }: SchemaUse): string {
  return `${definition} input`;
}

function resultOf({ responses, responseHeaders }: RestOperationModel, models: PythonModels): string {
  const types = new Set(
    successesOf(responses).map(({ content, contentType, body }) => {
      if (content === 'text') return 'str';
      if (content === 'binary') return isStream(contentType) ? 'AsyncIterator[bytes]' : 'bytes';
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
