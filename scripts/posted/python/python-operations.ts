import type { ChannelModel, MessageModel, OperationModel } from '../asyncapi/contract-model.ts';
import { applicationMessages } from '../asyncapi/resume.ts';
import { Names } from '../source/identifiers.ts';
import type { MessageContents } from './message-contents.ts';
import { messageType, typeNamed } from './model-types.ts';
import type { PythonModels } from './python-models.ts';
import { snakeCase } from './python-names.ts';

/** What the client of a channel receives and sends. The runtime handles the messages of resumption. */
export interface PythonOperations {
  /** The messages that the application receives. */
  readonly receives: readonly TypedMessage[];
  /** The operations that it calls. */
  readonly calls: readonly CalledOperation[];
  /** The requests of the server that it answers. */
  readonly answers: readonly AnsweredOperation[];
  /** The names of all operations in Python, by the names in the contract. */
  readonly members: ReadonlyMap<string, string>;
}

export interface TypedMessage {
  /** The name in the contract. */
  readonly name: string;
  /** Its name in Python: a method of its operation, or of `on`. */
  readonly member: string;
  /** As source: the whole message, or the content that the application writes. */
  readonly type: string;
  readonly description: string;
}

export interface CalledOperation {
  readonly name: string;
  readonly member: string;
  readonly description: string;
  /** One message is a method; several are methods of an object. */
  readonly messages: readonly TypedMessage[];
  /** Null for an operation without a reply. */
  readonly reply: ReplyTypes | null;
}

interface ReplyTypes {
  readonly messages: readonly TypedMessage[];
  /** Whether type checkers cannot tell the replies apart by a constant, so that they come with their names. */
  readonly isNamed: boolean;
}

export interface AnsweredOperation {
  readonly name: string;
  readonly member: string;
  readonly description: string;
  /** As source. */
  readonly requestTypes: readonly string[];
  readonly replies: readonly TypedMessage[];
}

/**
 * The names that a class of generated code cannot use for a method: its own members, and names in its annotations,
 * which a method would hide.
 */
const annotated = ['bytes', 'float', 'models', 'object', 'str', 'tuple'];
const ownMembers = ['close', 'closed', 'messages', 'named_messages', 'on', 'opened', 'status'];

export function pythonOperationsOf(
  channel: ChannelModel,
  models: PythonModels,
  contents: MessageContents,
): PythonOperations {
  const { operations } = channel;
  const messagesOf = (operation: OperationModel): readonly MessageModel[] =>
    applicationMessages(channel, operation);
  const members = membersOf(operations);
  const memberOf = ({ name }: OperationModel): string => members.get(name) ?? name;

  const received = operations.filter(({ action }) => action === 'send');
  return {
    members,
    receives: typed(uniqueByName(received.flatMap(messagesOf)), (message) => messageType(message, models)),
    calls: operations
      .filter((operation) => operation.action === 'receive' && messagesOf(operation).length > 0)
      .map((operation) => ({
        name: operation.name,
        member: memberOf(operation),
        description: operation.description,
        messages: typed(messagesOf(operation), (message) => contentType(operation, message)),
        reply: operation.reply && replyTypes(operation.reply),
      })),
    answers: received
      .filter(({ reply }) => reply !== null)
      .map((operation) => ({
        name: operation.name,
        member: memberOf(operation),
        description: operation.description,
        requestTypes: messagesOf(operation).map((message) => messageType(message, models)),
        replies: typed(operation.reply ?? [], (message) => contentType(operation, message)),
      })),
  };

  function contentType(operation: OperationModel, message: MessageModel): string {
    const key = contents.keyOf(operation, message);
    return key === null ? messageType(message, models) : typeNamed(key, models);
  }

  function replyTypes(replies: readonly MessageModel[]): ReplyTypes {
    const isNarrowed = replies.every(({ tag, definition }) => {
      const [property = '', ...deeper] = tag?.path ?? [];
      return definition !== null && deeper.length === 0 && models.isNarrowedBy(definition, property);
    });
    return {
      messages: typed(replies, (message) => messageType(message, models)),
      isNamed: replies.length > 1 && !isNarrowed,
    };
  }
}

function membersOf(operations: readonly OperationModel[]): ReadonlyMap<string, string> {
  const names = new Names([...ownMembers, ...annotated]);
  return new Map(
    operations.map(({ name }) => {
      const member = snakeCase(name, 'operation_');
      return [name, names.claim(member, `${member}_operation`)];
    }),
  );
}

function typed(
  messages: readonly MessageModel[],
  typeOf: (message: MessageModel) => string,
): readonly TypedMessage[] {
  const names = new Names(annotated);
  return messages.map((message) => {
    const member = snakeCase(message.name, 'message_');
    const { name, description } = message;
    return { name, member: names.claim(member, `${member}_message`), type: typeOf(message), description };
  });
}

function uniqueByName(messages: readonly MessageModel[]): readonly MessageModel[] {
  return [...new Map(messages.map((message) => [message.name, message])).values()];
}
