import type { ChannelModel, ContractModel, SecurityModel } from '../asyncapi/contract-model.ts';
import { forClients } from '../asyncapi/security.ts';
import { asClient } from '../asyncapi/union-messages.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { Names } from '../source/identifiers.ts';
import type { ContractTitle } from '../source/preamble.ts';
import type { MessageContents } from './message-contents.ts';
import { messageType, typeNamed } from './model-types.ts';
import { inputKey, needsParameters, requiredOf } from './parameter-inputs.ts';
import type { PythonModels } from './python-models.ts';
import { publicIdentifier, snakeCase } from './python-names.ts';
import { type PythonOperations, pythonOperationsOf } from './python-operations.ts';

/** The contract that the Python templates render, with Python names and types. */
export interface PythonContract extends ContractTitle {
  readonly channels: readonly PythonChannel[];
}

export interface PythonChannel extends PythonOperations {
  readonly model: ChannelModel;
  /** The name of its descriptor. */
  readonly identifier: string;
  /** The prefix of its type names. */
  readonly typeName: string;
  /** Null if the channel has none, as for `query` and `headers`. */
  readonly params: ArgumentType | null;
  readonly query: ArgumentType | null;
  readonly headers: ArgumentType | null;
  /** The alternative sets of credentials. Empty if the channel takes none. */
  readonly credentials: readonly CredentialChoice[];
  /** The type of the message that reports an expired cursor; null if the channel is not resumable. */
  readonly reset: string | null;
}

/** The type of an argument of the connect function. */
export interface ArgumentType {
  /** As source. */
  readonly type: string;
  /** Whether the argument has no default. */
  readonly isRequired: boolean;
}

export interface CredentialChoice {
  /** Null if the connection requires none. */
  readonly required: SecurityModel | null;
  /** Schemes whose credentials are optional. */
  readonly optional: readonly SecurityModel[];
}

/** Names that channels.py uses itself. */
const reservedNames =
  'Channel Guards Message Operation Resume SecurityScheme Server ServerVariable Tag annotations guards';

export function pythonContractOf(
  { file, title, version, channels }: ContractModel,
  schemas: Pick<SchemaSet, 'resolve'>,
  models: PythonModels,
  contents: MessageContents,
): PythonContract {
  const identifiers = new Names(reservedNames.split(' '));
  const typeNames = new Names();
  return {
    file,
    title,
    version,
    channels: channels
      .map((channel) => forClients(asClient(channel)))
      .map((model) => ({
        model,
        identifier: identifiers.claim(snakeCase(model.name)),
        typeName: typeNames.claim(publicIdentifier(model.typeName, 'Channel')),
        ...argumentTypes(model, schemas, models),
        credentials: credentialChoices(model),
        reset: resetType(model, models),
        ...pythonOperationsOf(model, models, contents),
      })),
  };
}

function argumentTypes(
  model: ChannelModel,
  schemas: Pick<SchemaSet, 'resolve'>,
  models: PythonModels,
): Pick<PythonChannel, 'params' | 'query' | 'headers'> {
  const argumentType = (use: SchemaUse | null): ArgumentType | null => {
    if (use === null) return null;
    const schema = schemas.resolve({ $ref: `#/definitions/${use.definition}` });
    return { type: typeNamed(use.definition, models), isRequired: requiredOf(schema).length > 0 };
  };
  const params = argumentType(model.parameters);
  const key = inputKey(model.parameters?.definition ?? '');
  return {
    params: params && {
      type: models.has(key) ? typeNamed(key, models) : params.type,
      isRequired: needsParameters(model, schemas),
    },
    query: argumentType(model.query),
    headers: argumentType(model.headers),
  };
}

function credentialChoices({ security, operations }: ChannelModel): readonly CredentialChoice[] {
  const own = new Set(security.map(({ name }) => name));
  const ofOperations = operations.flatMap((operation) => operation.security);
  const others = [...new Map(ofOperations.map((scheme) => [scheme.name, scheme])).values()].filter(
    ({ name }) => !own.has(name),
  );
  if (security.length === 0) return others.length === 0 ? [] : [{ required: null, optional: others }];
  return security.map((required) => {
    const alternatives = security.filter((scheme) => scheme !== required);
    // An operation may require a scheme that is optional for the connection.
    const ofOperation = alternatives.filter(({ name }) =>
      ofOperations.some((scheme) => scheme.name === name),
    );
    return { required, optional: [...ofOperation, ...others] };
  });
}

function resetType({ send, resume }: ChannelModel, models: PythonModels): string | null {
  const message = send.find(({ name }) => name === resume?.reset);
  return message === undefined ? null : messageType(message, models);
}
