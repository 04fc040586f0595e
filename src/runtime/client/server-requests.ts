import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import { withConstants, writePath } from '../shared/identify-message.ts';
import { PostedClientError } from './client-error.ts';
import { Inbox } from './inbox.ts';
import { correlationIdOf, encodeMessage, type NamedMessage } from './message-codec.ts';
import { ownValue } from './named-values.ts';
import type { Frame } from './platform.ts';

/** One of several possible replies, as `reply` of a function in the option `answer` creates it. */
export interface Reply<Name extends string> {
  readonly name: Name;
  readonly content: unknown;
}

interface AnswerContext {
  /** By message name. */
  readonly reply: Readonly<Record<string, (content: unknown) => Reply<string>>>;
}

/** The option `answer`: functions by operation that reply to the server's requests. */
export type AnswerFunctions = Readonly<
  Record<string, ((message: unknown, context: AnswerContext) => unknown) | undefined>
>;

export interface ServerRequest {
  readonly received: NamedMessage;
  readonly operation: OperationDescriptor;
  /** Sends on the connection that the request arrived on, as soon as its send buffer has room. */
  readonly send: (frame: Frame) => Promise<void>;
}

interface ServerRequestsDeps {
  readonly channel: ChannelDescriptor;
  readonly functions: AnswerFunctions | undefined;
  /** How many requests may be queued. */
  readonly limit: number;
  readonly report: (error: PostedClientError) => void;
}

/** Lets the application answer the server's requests, one at a time. */
export class ServerRequests {
  readonly inbox: Inbox<ServerRequest>;
  readonly #deps: ServerRequestsDeps;

  constructor(deps: ServerRequestsDeps) {
    this.#deps = deps;
    this.inbox = new Inbox(deps.limit);
  }

  /** The operation of a server's request that the application answers; undefined for other messages. */
  operationOf({ name }: NamedMessage): OperationDescriptor | undefined {
    const { channel, functions } = this.#deps;
    return channel.operations.find(
      ({ name: operation, action, messages, reply }) =>
        action === 'send' &&
        reply !== undefined &&
        messages.includes(name) &&
        ownValue(functions, operation) !== undefined,
    );
  }

  /** Answers requests until the inbox ends. */
  async run(): Promise<void> {
    while (!this.inbox.isDone) {
      const request = this.inbox.take();
      if (request === undefined) await this.inbox.changed();
      else await this.#answer(request);
    }
  }

  async #answer({ received, operation, send }: ServerRequest): Promise<void> {
    const { channel, functions, report } = this.#deps;
    let result: unknown;
    try {
      result = await ownValue(functions, operation.name)?.(received.message, contextOf(operation));
    } catch (cause) {
      const problem = `The function \`answer.${operation.name}\` threw.`;
      report(new PostedClientError('handler', problem, { cause }));
      return;
    }
    try {
      const { descriptor, content } = replyOf(channel, operation, result);
      const reply = withConstants(descriptor, content);
      const id = correlationIdOf(
        channel.send.find(({ name }) => name === received.name),
        received.message,
      );
      const path = id === undefined ? undefined : descriptor.correlationId;
      await send(encodeMessage(descriptor, path === undefined ? reply : writePath(reply, path, id)));
    } catch (thrown) {
      if (!(thrown instanceof PostedClientError)) throw thrown;
      report(thrown);
    }
  }
}

function contextOf({ reply = [] }: OperationDescriptor): AnswerContext {
  return {
    reply: Object.fromEntries(reply.map((name) => [name, (content: unknown) => ({ name, content })])),
  };
}

/** A function returns the content of an operation's only reply, or one of several created by `reply`. */
function replyOf(
  { receive }: ChannelDescriptor,
  { name: operation, reply = [] }: OperationDescriptor,
  result: unknown,
): { readonly descriptor: MessageDescriptor; readonly content: unknown } {
  const [only, second] = reply;
  const { name, content } =
    second === undefined ? { name: only, content: result } : (Object(result) as Reply<string>);
  const descriptor = receive.find((message) => message.name === name && reply.includes(name));
  if (descriptor !== undefined) return { descriptor, content };
  const problem = `\`answer.${operation}\` must return one of ${reply.map((each) => `reply.${each}(…)`).join(', ')}.`;
  throw new PostedClientError('bad_message', problem);
}
