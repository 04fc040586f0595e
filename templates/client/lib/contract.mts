import type {
  ChannelModel,
  ContractModel,
  SecurityModel,
  ServerModel,
  ServerVariableModel,
} from '../../../scripts/posted/asyncapi/contract-model.ts';
import { forClients } from '../../../scripts/posted/asyncapi/security.ts';
import type { SchemaUse } from '../../../scripts/posted/schemas/schema-set.ts';
import { enclose, literal, propertyKey } from '../../../scripts/posted/source/typescript-source.ts';

export {
  renderDescriptor,
  usesGuards,
  usesMsgpack,
} from '../../../scripts/posted/asyncapi/render-descriptor.ts';

type Member = readonly [key: string, type: string];

/** By security scheme: the kind of its credentials. */
export function credentialsType(channel: ChannelModel): string {
  return objectType(forClients(channel).security.map(credential));
}

/** The same for schemes that only operations require. */
export function operationCredentialsType({ security, operations }: ChannelModel): string {
  const own = new Set(security.map(({ name }) => name));
  const schemes = operations.flatMap((operation) => operation.security).filter(({ name }) => !own.has(name));
  return objectType(schemes.map(credential));
}

/** The names and variables of the servers, in contract order. */
export function serversType({ servers }: ChannelModel): string {
  return enclose(
    '[',
    servers.map(({ name, variables }: ServerModel) =>
      objectType([
        ['name', literal(name)],
        ['variables', variables.length === 0 ? noValues : objectType(variables.map(variable))],
      ]),
    ),
    ']',
  );
}

/** Whether client.ts refers to models. */
export function usesModels({ channels }: ContractModel): boolean {
  return channels.some(
    ({ parameters, query, headers, send, receive }) =>
      [parameters, query, headers].some((use) => use !== null) ||
      [...send, ...receive].some(({ definition }) => definition !== null),
  );
}

/** The parameters of the address; those with a default are optional. */
export function paramsType({ parameters, parameterDefaults }: ChannelModel): string {
  if (parameters === null) return noValues;
  const names = Object.keys(parameterDefaults);
  if (names.length === 0) return parameters.type;
  const optional = names.map(literal).join(' | ');
  return `Omit<${parameters.type}, ${optional}> & Partial<Pick<${parameters.type}, ${optional}>>`;
}

/** The type of the query or the headers. */
export function valuesType(use: SchemaUse | null): string {
  return use === null ? noValues : use.type;
}

/** The type of the message that reports an expired cursor; `never` if the channel is not resumable. */
export function resetType({ send, resume }: ChannelModel): string {
  return send.find(({ name }) => name === resume?.reset)?.type ?? 'never';
}

/** An object type that allows no members. */
const noValues = 'Record<string, never>';

function credential({ name, credentials, in: location }: SecurityModel): Member {
  return [propertyKey(name), literal(location === 'cookie' ? 'cookie' : credentials)];
}

function variable({ name, values, default: preset }: ServerVariableModel): Member {
  const type = values.length === 0 ? 'string' : values.map(literal).join(' | ');
  return [`${propertyKey(name)}${preset === null ? '' : '?'}`, type];
}

/** An object type with these members, without duplicates. */
function objectType(members: readonly Member[]): string {
  const unique = [...new Map(members)];
  if (unique.length === 0) return 'Record<never, never>';
  return enclose(
    '{',
    unique.map(([key, type]) => `readonly ${key}: ${type}`),
    '}',
    ';',
  );
}
