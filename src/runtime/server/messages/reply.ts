import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import type { CorrelationId } from '../../shared/identify-message.ts';
import type { HandlerCall } from '../connection/handler-call.ts';
import { createEncode, type Encode, type EncodedFrame, type Reporter } from './encode.ts';
import { createNamedFunctions } from './named-functions.ts';

/** The replies of one operation. */
export interface Replies {
  /** The object `reply` for the handler of one request. */
  functionsFor(call: HandlerCall): object;
  /**
   * Encodes what a handler returned, with the correlation id of the request.
   *
   * @throws InvalidMessageError if the reply breaks the contract, Error if it is not a reply to this request
   */
  encode(returned: unknown, call: HandlerCall, id: CorrelationId | undefined): EncodedFrame;
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

  function create(call: HandlerCall, message: MessageDescriptor, content: unknown): CreatedReply {
    if (call.createdReply !== null) {
      throw new Error(`${name} was answered twice: with ${call.createdReply}, then with ${message.name}`);
    }
    call.createdReply = message.name;
    return new CreatedReply(call, message, content);
  }

  return {
    functionsFor: createNamedFunctions<HandlerCall>({
      functions: messages.map((message) => [message.name, (call, content) => create(call, message, content)]),
    }),

    encode(returned, call, id) {
      if (!(returned instanceof CreatedReply) || returned.call !== call) {
        const choices = messages.map((message) => `reply.${message.name}(…)`).join(' or ');
        throw new Error(`the handler of ${name} must return its reply: ${choices}`);
      }
      const { message, content } = returned;
      return (encoders.get(message) as Encode)(content, id);
    },
  };
}

/** What a handler returns. */
class CreatedReply {
  readonly call: HandlerCall;
  readonly message: MessageDescriptor;
  readonly content: unknown;

  constructor(call: HandlerCall, message: MessageDescriptor, content: unknown) {
    this.call = call;
    this.message = message;
    this.content = content;
  }
}
