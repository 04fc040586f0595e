import type {
  ChannelModel,
  ContractModel,
  SecurityModel,
} from '../../../scripts/posted/asyncapi/contract-model.ts';
import {
  docComment,
  generatedFrom,
  literal,
  propertyKey,
  separate,
  ts,
} from '../../../scripts/posted/source/typescript-source.ts';
import {
  allSchemes,
  credentialsType,
  durableMessages,
  hasUser,
  schemesOf,
  sentMessages,
} from './contract.mts';

/** The types of the contract as a whole: the function that takes its handlers, and `Types`. */
export function contractTypes(contract: ContractModel): readonly string[] {
  return [handleFunction(contract), types(contract)];
}

function handleFunction(contract: ContractModel): string {
  const { channels } = contract;
  const states = channels.map(({ typeName }) => `${typeName}State`);
  const parameters = allSchemes(contract).length === 0 ? 'Server' : 'Hooks, Server';
  return ts`
    /** Takes the handlers of all channels. */
    export interface Handle<${parameters}> {
      <${states.join(', ')}>(handlers: {
        ${channels.map((channel) => handlersMember(channel))}
      }): Server;
    }
  `;
}

function handlersMember(channel: ChannelModel): string {
  const { name, typeName } = channel;
  const schemes = schemesOf(channel).map((scheme) => literal(scheme.name));
  const user = hasUser(channel) ? `UserOf<Hooks, ${schemes.join(' | ')}>, ` : '';
  return `readonly ${propertyKey(name)}: ${typeName}Handlers<${user}${typeName}State>;`;
}

function types(contract: ContractModel): string {
  const schemes = allSchemes(contract);
  const handleArguments = schemes.length === 0 ? `this['server']` : `this['hooks'], this['server']`;
  return ts`
    ${docComment(`The types of ${contract.title} ${contract.version}.`)}
    export interface Types extends ContractTypes {
      ${security(schemes)}
      readonly channels: {
        ${contract.channels.map(channelMember)}
      };
      readonly operations: ${operationNames(contract)};
      readonly handle: Handle<${handleArguments}>;
    }
  `;
}

/** Those that clients start. */
function operationNames({ channels }: ContractModel): string {
  const received = channels.flatMap(({ operations }) =>
    operations.filter(({ action }) => action === 'receive'),
  );
  return received.length === 0 ? 'never' : received.map(({ name }) => literal(name)).join(' | ');
}

function security(schemes: readonly SecurityModel[]): string {
  if (schemes.length === 0) return 'readonly security: Record<never, never>;';
  return ts`
    readonly security: {
      ${separate(schemes.map(schemeMember))}
    };
  `;
}

function schemeMember(scheme: SecurityModel): string {
  return ts`
    ${docComment(scheme.description, generatedFrom(`security scheme ${scheme.name}`))}
    readonly ${propertyKey(scheme.name)}: ${credentialsType(scheme)};
  `;
}

function channelMember(channel: ChannelModel): string {
  const { name, typeName, parameters } = channel;
  const params = parameters?.type ?? 'Record<string, never>';
  const messages = sentMessages(channel).length === 0 ? 'object' : `${typeName}Messages`;
  const durable = durableMessages(channel).length === 0 ? '' : ` readonly durable: ${typeName}Durable;`;
  return `readonly ${propertyKey(name)}: { readonly params: ${params}; readonly messages: ${messages};${durable} readonly room: ${typeName}Room };`;
}
