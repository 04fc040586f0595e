import type { SchemaSet } from '../schemas/schema-set.ts';
import { type Names, pascalCase } from '../source/identifiers.ts';
import type { Action, ChannelModel, MessageModel, OperationModel, UnionModel } from './contract-model.ts';
import { commonProbes } from './message-probes.ts';
import { namesInWords } from './names-in-words.ts';
import type { TaggedMessage } from './tag-messages.ts';

/** Creates the message that receivers get in place of messages that match the same values. */
export function unionOf(members: readonly TaggedMessage[], names: Names, schemas: SchemaSet): TaggedMessage {
  const [first] = members;
  if (first === undefined) throw new TypeError('A union has no messages.');
  const name = nameOf(members, names);
  const list = namesInWords(
    members.map((member) => member.name),
    Number.POSITIVE_INFINITY,
  );
  const definitions = members.flatMap(({ definition }) => definition ?? []);
  const { definition, guard, type } =
    new Set(definitions).size < 2 ? first : schemas.useUnion(definitions, name, `messages ${list}`);
  const ids = new Map(
    members.flatMap(({ correlationId }) =>
      correlationId === null ? [] : [[correlationId.join('/'), correlationId]],
    ),
  );
  const [id] = ids.values();
  return {
    name,
    senderName: name,
    description: `One of ${list}, which match the same values.`,
    contentType: first.contentType,
    encoding: first.encoding,
    definition,
    type,
    guard,
    tag: null,
    probes: commonProbes(members.map(({ probes }) => probes)),
    constants: {},
    correlationId: ids.size === 1 ? (id ?? null) : null,
    examples: members.flatMap(({ examples }) => examples),
  };
}

/** `tickOrQuote`; with more than three messages, `tickOrOthers`. */
function nameOf(members: readonly { readonly name: string }[], names: Names): string {
  const [first = '', ...others] = members.map(({ name }) => name);
  const further = others.length > 2 ? ['others'] : others;
  return names.claim([first, ...further.map(pascalCase)].join('Or'));
}

/** A channel as the server handles it: what clients send is identified as far as the server can tell it apart. */
export function asServer(channel: ChannelModel): ChannelModel {
  return withUnions(channel, 'receive');
}

/** A channel as its clients handle it. */
export function asClient(channel: ChannelModel): ChannelModel {
  return withUnions(channel, 'send');
}

function withUnions(channel: ChannelModel, direction: Action): ChannelModel {
  const unions = channel.unions[direction];
  if (unions.length === 0) return channel;
  const unionOfMember = new Map(
    unions.flatMap(({ members, message }) => members.map((name): [string, MessageModel] => [name, message])),
  );
  const received = (messages: readonly MessageModel[]): readonly MessageModel[] => [
    ...new Set(messages.map((message) => unionOfMember.get(message.name) ?? message)),
  ];
  const operations = channel.operations.map((operation): OperationModel => {
    const { action, messages, reply, wrapsReply } = operation;
    if (action === direction) {
      const own = received(messages.map(({ message }) => message));
      return { ...operation, messages: own.map((message) => ({ message })) };
    }
    if (reply === null) return operation;
    const replies = received(reply);
    return { ...operation, reply: replies, wrapsReply: wrapsReply && replies.length > 1 };
  });
  return { ...channel, [direction]: received(channel[direction]), operations };
}

/** A union before its members have guards for clients and limits. */
export type UnionDraft = Omit<UnionModel, 'message'> & {
  readonly message: TaggedMessage;
};
