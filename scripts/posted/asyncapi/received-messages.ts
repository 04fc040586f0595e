import { receivedKey } from '../schemas/definitions.ts';
import type { JsonSchema } from '../schemas/json-schema.ts';
import { closedBehind, receivedSchemas } from '../schemas/received-schemas.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import type { ContractModel, MessageModel } from './contract-model.ts';
import { haveDifferentProbes } from './message-probes.ts';
import { applicationMessages } from './resume.ts';
import { areDistinguishable, type TaggedMessage } from './tag-messages.ts';
import type { UnionDraft } from './union-messages.ts';

type Sent = TaggedMessage;
type Received = Omit<MessageModel, 'limits'>;

interface ReceivedMessages {
  readonly messages: readonly Received[];
  readonly unions: readonly { readonly members: readonly string[]; readonly message: Received }[];
}

/** Adds to messages that a server sends the guards with which clients check them. */
export function receivedMessages(
  messages: readonly Sent[],
  unions: readonly UnionDraft[],
  schemas: SchemaSet,
): ReceivedMessages {
  const members = new Set(unions.flatMap((union) => union.members));
  const checked = [
    ...messages.filter(({ name }) => !members.has(name)),
    ...unions.map(({ message }) => message),
  ];
  const opened = checked.map(({ definition }) =>
    definition === null ? new Map<string, JsonSchema>() : receivedSchemas(schemas.definitions, definition),
  );
  const canOpen = areIdentifiableWhenOpen(checked, schemas, opened);
  const received = new Map(
    checked.map(({ name, definition, type }, index) => {
      const changed = opened[index];
      if (!canOpen || definition === null || changed === undefined || changed.size === 0) return [name, null];
      const guard = schemas.useReceived(definition, type, changed);
      return [name, { definition: receivedKey(definition), guard }];
    }),
  );
  const withGuard = (message: Sent): Received => ({
    ...message,
    received: received.get(message.name) ?? null,
  });
  return {
    messages: messages.map(withGuard),
    unions: unions.map((union) => ({ ...union, message: withGuard(union.message) })),
  };
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
 * Whether clients can still identify the messages once objects are open. Without tags and probes, closed objects may be
 * the only difference between messages. Then they stay closed.
 */
function areIdentifiableWhenOpen(
  messages: readonly Sent[],
  { definitions }: SchemaSet,
  opened: readonly ReadonlyMap<string, JsonSchema>[],
): boolean {
  const untagged = messages.flatMap(({ encoding, tag, probes, definition }, index) =>
    encoding === 'text' || tag !== null || definition === null
      ? []
      : [{ probes, definition, open: opened[index]?.size === 0 ? definition : receivedKey(definition) }],
  );
  if (untagged.length < 2) return true;
  const all = new Map([
    ...[...definitions].map(([name, { schema }]): [string, JsonSchema] => [name, schema]),
    ...opened.flatMap((changed) => [...changed]),
  ]);
  const described = { definitions: new Map([...all].map(([name, schema]) => [name, { schema }])) };
  return untagged.every((one, index) =>
    untagged
      .slice(0, index)
      .every(
        (other) =>
          haveDifferentProbes(one.probes, other.probes) ||
          areDistinguishable([one.open, other.open], described) ||
          !areDistinguishable([one.definition, other.definition], described),
      ),
  );
}
