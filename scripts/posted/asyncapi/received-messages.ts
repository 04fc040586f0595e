import { receivedKey } from '../schemas/definitions.ts';
import type { JsonSchema } from '../schemas/json-schema.ts';
import { closedBehind, receivedSchemas } from '../schemas/received-schemas.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import type { ContractModel, MessageModel } from './contract-model.ts';
import { applicationMessages } from './resume.ts';
import { areDistinguishable } from './tag-messages.ts';

/** Adds to messages that a server sends the guards with which clients check them. */
export function receivedMessages(
  messages: readonly Omit<MessageModel, 'received' | 'limits'>[],
  schemas: SchemaSet,
): readonly Omit<MessageModel, 'limits'>[] {
  const opened = messages.map(({ definition }) =>
    definition === null ? new Map<string, JsonSchema>() : receivedSchemas(schemas.definitions, definition),
  );
  const canOpen = areIdentifiableWhenOpen(messages, schemas, opened);
  return messages.map((message, index) => {
    const { definition, type } = message;
    const changed = opened[index];
    if (!canOpen || definition === null || changed === undefined || changed.size === 0) {
      return { ...message, received: null };
    }
    const guard = schemas.useReceived(definition, type, changed);
    return { ...message, received: { definition: receivedKey(definition), guard } };
  });
}

/** The names of the sent messages in which the contract closes an object, except those that `x-delivery` adds. */
export function closedMessages(
  { channels }: ContractModel,
  { definitions, envelopes }: SchemaSet,
): readonly string[] {
  const closed = channels
    .flatMap((channel) =>
      channel.delivery === null
        ? channel.send
        : applicationMessages(channel, { messages: channel.send.map((message) => ({ message })) }),
    )
    .filter(
      ({ definition }) =>
        definition !== null && closedBehind(definitions, definition).some((name) => !envelopes.has(name)),
    );
  return [...new Set(closed.map(({ name }) => name))];
}

/**
 * Whether clients can still identify the messages once objects are open. Without tags, closed objects may be the only
 * difference between messages. Then they stay closed.
 */
function areIdentifiableWhenOpen(
  messages: readonly Omit<MessageModel, 'received' | 'limits'>[],
  { definitions }: SchemaSet,
  opened: readonly ReadonlyMap<string, JsonSchema>[],
): boolean {
  const untagged = messages.flatMap(({ encoding, tag, definition }, index) =>
    encoding !== 'json' || tag !== null || definition === null
      ? []
      : [opened[index]?.size === 0 ? definition : receivedKey(definition)],
  );
  if (untagged.length < 2) return true;
  const all = new Map([
    ...[...definitions].map(([name, { schema }]): [string, JsonSchema] => [name, schema]),
    ...opened.flatMap((changed) => [...changed]),
  ]);
  const described = new Map([...all].map(([name, schema]) => [name, { schema }]));
  return areDistinguishable(untagged, { definitions: described });
}
