import {
  type Action,
  type ChannelModel,
  type ContractModel,
  messagesOf,
} from '../../../scripts/asyncapi/contract-model.ts';

export { messagesOf };

/** Which of the runtime's types the handlers of a contract are made of. */
export function handlerTypes({ channels }: ContractModel): readonly string[] {
  const secured = channels.some(({ security }) => security.length > 0);
  const types = ['Closed', 'Connection', 'Handshake'];
  return secured ? ['BearerCredentials', ...types, 'Principal'] : types;
}

export function hasMessages({ channels }: ContractModel, action: Action): boolean {
  return channels.some((channel) => messagesOf(channel, action).length > 0);
}

/** Whether the handlers of a contract name any model. */
export function usesModels(contract: ContractModel): boolean {
  return (
    hasMessages(contract, 'receive') ||
    contract.channels.some(({ parameters, query }) => parameters !== null || query !== null)
  );
}

/** An open channel knows no user; the parameter keeps its place, so that taking security away does not move others. */
export function typeParameters({ security }: ChannelModel): string {
  return security.length > 0
    ? '<User extends Principal = Principal, Session = unknown>'
    : '<_User = undefined, Session = unknown>';
}

export function handshakeType({ security, parameters, query }: ChannelModel): string {
  const none = 'Record<string, never>';
  const user = security.length > 0 ? 'User' : 'undefined';
  return `Handshake<${[user, parameters?.filledType ?? none, query?.filledType ?? none].join(', ')}>`;
}
