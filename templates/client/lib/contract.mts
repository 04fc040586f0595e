import { type Action, type ChannelModel, messagesOf } from '../../../scripts/asyncapi/contract-model.ts';
import { enclose, propertyKey, stringLiteral } from '../../../scripts/source/typescript-source.ts';

/** By name of the security scheme: the kind of its credential. */
export function credentialsType({ security }: ChannelModel): string {
  if (security.length === 0) return 'Record<string, never>';
  return objectType(security.map(({ name, scheme }) => [name, stringLiteral(scheme)]));
}

/** By name: the messages that go in one direction, but for those with which the client runtime itself resumes. */
export function messagesType(channel: ChannelModel, action: Action): string {
  const { ready, checkpoint, reset, bye, ack } = channel.resume ?? {};
  const own = new Set([ready, checkpoint, reset, bye, ack]);
  const messages = messagesOf(channel, action).filter(([, { name }]) => !own.has(name));
  if (messages.length === 0) return 'Record<never, never>';
  return objectType(messages.map(([, { name, type }]) => [name, type]));
}

/** The type of the message that says that a place is no longer there; never where there are no places. */
export function resetType(channel: ChannelModel): string {
  const reset = messagesOf(channel, 'send').find(([, { name }]) => name === channel.resume?.reset);
  return reset === undefined ? 'never' : reset[1].type;
}

function objectType(members: readonly (readonly [name: string, type: string])[]): string {
  return enclose(
    '{',
    members.map(([name, type]) => `readonly ${propertyKey(name)}: ${type}`),
    '}',
    ';',
  );
}
