import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { type CorrelationId, writePath } from '../../shared/identify-message.ts';
import { createEncode, type Encode, type EncodedFrame, type Reporter } from './encode.ts';
import { createNamedFunctions } from './named-functions.ts';

/** One request, while its handler works. */
export class PendingAnswer {
  /** The name of the reply that the handler has created. */
  created: string | null = null;
}

/** The replies of one operation. */
export interface Replies {
  /** The object `reply` for the handler of one request. */
  functionsFor(answer: PendingAnswer): object;
  /**
   * Encodes what a handler returned, with the correlation id of the request.
   *
   * @throws InvalidMessageError if the reply breaks the contract, Error if it is not a reply to this request
   */
  encode(returned: unknown, answer: PendingAnswer, id: CorrelationId | undefined): EncodedFrame;
}

export function createReplies(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  reporter: Reporter,
): Replies {
  const { name, reply: names = [] } = operation;
  const messages = channel.send.filter((message) => names.includes(message.name));
  const encoders = new Map(
    messages.map((message) => [message, createEncode(channel, operation, message, reporter)] as const),
  );

  function create(answer: PendingAnswer, message: MessageDescriptor, content: unknown): CreatedReply {
    if (answer.created !== null) {
      throw new Error(`${name} was answered twice: with ${answer.created}, then with ${message.name}`);
    }
    answer.created = message.name;
    return new CreatedReply(answer, message, content);
  }

  return {
    functionsFor: createNamedFunctions<PendingAnswer>({
      functions: messages.map((message) => [
        message.name,
        (answer, content) => create(answer, message, content),
      ]),
    }),

    encode(returned, answer, id) {
      if (!(returned instanceof CreatedReply) || returned.answer !== answer) {
        const choices = messages.map((message) => `reply.${message.name}(…)`).join(' or ');
        throw new Error(`the handler of ${name} must return its reply: ${choices}`);
      }
      const { message, content } = returned;
      const encode = encoders.get(message) as Encode;
      const path = id === undefined ? undefined : message.correlationId;
      return encode(path === undefined ? content : writePath(content, path, id));
    },
  };
}

/** What a handler returns. */
class CreatedReply {
  readonly answer: PendingAnswer;
  readonly message: MessageDescriptor;
  readonly content: unknown;

  constructor(answer: PendingAnswer, message: MessageDescriptor, content: unknown) {
    this.answer = answer;
    this.message = message;
    this.content = content;
  }
}
