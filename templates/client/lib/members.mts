/** The members of generated clients, with their documentation. */
import { contentType, answerType as requestedType } from '../../../scripts/posted/asyncapi/content.ts';
import type {
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
} from '../../../scripts/posted/asyncapi/contract-model.ts';
import { sendingPart } from '../../../scripts/posted/asyncapi/render-descriptor.ts';
import { applicationMessages } from '../../../scripts/posted/asyncapi/resume.ts';
import {
  docComment,
  generatedFrom,
  literal,
  propertyKey,
  ts,
} from '../../../scripts/posted/source/typescript-source.ts';

/** The type of any message that the application receives. */
export function receivedType(channel: ChannelModel): string {
  const types = new Set(receivedMessages(channel).map(({ type }) => type));
  return types.size === 0 ? 'never' : [...types].join(' | ');
}

/** The member `on`: by message, a function that adds a handler. */
export function onMember(channel: ChannelModel): string {
  const functions = receivedMessages(channel).map(
    ({ name, description, type }) => ts`
      ${docComment(description, generatedFrom(`message ${name}`))}
      ${propertyKey(name)}(handler: Handler<${type}>): Stop;
    `,
  );
  return ts`
    /** Adds a handler of messages from the server. Returns how to remove it. */
    readonly on: ${membersType(functions)};
  `;
}

/** A function for each operation with which a client sends something, or an object of functions by message. */
export function operationMembers(channel: ChannelModel): readonly string[] {
  return channel.operations.flatMap((operation) => {
    const messages = applicationMessages(channel, operation);
    const [only, second] = messages;
    if (operation.action !== 'receive' || only === undefined) return [];
    const { name, clientName: member, description } = operation;
    const renamed =
      member === name ? '' : `Named \`${member}\`, because every client has a member \`${name}\`.`;
    const comment = docComment(description || only.description, renamed, generatedFrom(`operation ${name}`));
    if (second === undefined) {
      return ts`
        ${comment}
        ${propertyKey(member)}${sendSignature(operation, only)};
      `;
    }
    const functions = messages.map(
      (message) => ts`
        ${docComment(message.description, generatedFrom(`message ${message.name}`))}
        ${propertyKey(message.name)}${sendSignature(operation, message)};
      `,
    );
    return ts`
      ${comment}
      readonly ${propertyKey(member)}: ${membersType(functions)};
    `;
  });
}

/** The type of the option `answer`: by operation, a function that answers the server's request. */
export function answerType({ operations }: ChannelModel): string {
  return membersType(
    operations.flatMap(({ name, description, action, messages, reply }) => {
      if (action !== 'send' || reply === null) return [];
      const requests = messages.map(({ message }) => message);
      const isCorrelated = requests.every(({ correlationId }) => correlationId !== null);
      const requestType = [...new Set(requests.map(({ type }) => type))].join(' | ');
      const [only, second] = reply;
      const [context, result] =
        only !== undefined && second === undefined
          ? ['', contentType(only, isCorrelated)]
          : [
              `, context: { readonly reply: ${replyFunctionsType(reply, isCorrelated)} }`,
              `Reply<${reply.map((message) => literal(message.name)).join(' | ')}>`,
            ];
      return ts`
        ${docComment(description, generatedFrom(`operation ${name}`))}
        ${propertyKey(name)}(message: ${requestType}${context}): ${result} | Promise<${result}>;
      `;
    }),
  );
}

function replyFunctionsType(reply: readonly MessageModel[], isCorrelated: boolean): string {
  return membersType(
    reply.map((message) => {
      const { name } = message;
      return `${propertyKey(name)}(content: ${contentType(message, isCorrelated)}): Reply<${literal(name)}>;`;
    }),
  );
}

function hasSeveral({ reply }: OperationModel): boolean {
  return reply !== null && reply.length > 1;
}

/** The parts of the runtime that client.ts imports: pages load only those that their contract needs. */
export function importedParts({ channels }: ContractModel): readonly string[] {
  return [...new Set(channels.map(sendingPart))].filter((part) => part !== null).toSorted();
}

/** The types of the runtime that client.ts imports. */
export function importedTypes({ channels }: ContractModel): readonly string[] {
  const sent = channels.flatMap((channel) =>
    channel.operations.filter(
      (operation) => operation.action === 'receive' && applicationMessages(channel, operation).length > 0,
    ),
  );
  const answered = channels.flatMap(({ operations }) =>
    operations.filter(({ action, reply }) => action === 'send' && reply !== null),
  );
  const contents = channels.flatMap((channel) => [...operationMembers(channel), answerType(channel)]);
  const receivesAny = channels.some((channel) => receivedMessages(channel).length > 0);
  return [
    'ClientBase',
    'ClientChannel',
    ...(sent.some(hasSeveral) ? ['Answer'] : []),
    ...(contents.some((type) => type.includes('Content<')) ? ['Content'] : []),
    ...(receivesAny ? ['Handler', 'Stop'] : []),
    ...(sent.some(({ wrapsReply }) => wrapsReply) ? ['Named'] : []),
    ...(answered.some(hasSeveral) ? ['Reply'] : []),
    ...(sent.some(({ reply }) => reply !== null) ? ['RequestOptions'] : []),
    ...(sent.some(({ reply }) => reply === null) ? ['SendOptions'] : []),
    ...(contents.some((type) => type.includes('Uncorrelated<')) ? ['Uncorrelated'] : []),
  ].toSorted();
}

/** All messages that the application receives without having requested them, each once. */
function receivedMessages(channel: ChannelModel): readonly MessageModel[] {
  const sending = channel.operations.filter(({ action }) => action === 'send');
  return [...new Set(sending.flatMap((operation) => applicationMessages(channel, operation)))];
}

function sendSignature(operation: OperationModel, message: MessageModel): string {
  const isRequest = operation.reply !== null;
  const content = contentType(message, isRequest);
  return isRequest
    ? `(content: ${content}, options?: RequestOptions): Promise<${requestedType(operation)}>`
    : `(content: ${content}, options?: SendOptions): void`;
}

/** An object type of members that are complete lines. */
function membersType(members: readonly string[]): string {
  if (members.length === 0) return 'Record<never, never>';
  return `{\n${members.map((member) => `  ${member.replaceAll('\n', '\n  ')}`).join('\n')}\n}`;
}
