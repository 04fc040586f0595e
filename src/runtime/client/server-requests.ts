import type { ChannelDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import { writePath } from '../shared/identify-message.ts';
import { PostedClientError } from './client-error.ts';
import { Inbox } from './inbox.ts';
import { correlationIdOf, encodeMessage, type NamedMessage } from './message-codec.ts';
import { ownValue } from './named-values.ts';
import type { Frame } from './platform.ts';

/** The option `answer`: functions by operation that reply to the server's requests. */
export type ReplyHandlers = Readonly<Record<string, ((message: unknown) => unknown) | undefined>>;

interface ServerRequest {
  readonly received: NamedMessage;
  readonly operation: OperationDescriptor;
  /** Sends on the connection that the request arrived on. */
  readonly send: (frame: Frame) => void;
}

interface ServerRequestsDeps {
  readonly channel: ChannelDescriptor;
  readonly handlers: ReplyHandlers | undefined;
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
    const { channel, handlers } = this.#deps;
    return channel.operations.find(
      ({ name: operation, action, messages, reply }) =>
        action === 'send' &&
        reply !== undefined &&
        messages.includes(name) &&
        ownValue(handlers, operation) !== undefined,
    );
  }

  /** Answers requests until the inbox ends. */
  async run(): Promise<void> {
    for await (const request of this.inbox.take()) await this.#answer(request);
  }

  async #answer({ received, operation, send }: ServerRequest): Promise<void> {
    const { channel, handlers, report } = this.#deps;
    let result: unknown;
    try {
      result = await ownValue(handlers, operation.name)?.(received.message);
    } catch (cause) {
      const problem = `The function \`answer.${operation.name}\` threw.`;
      report(new PostedClientError('handler', problem, { cause }));
      return;
    }
    try {
      const { name, message } = nameReply(operation, result);
      const id = correlationIdOf(
        channel.send.find((candidate) => candidate.name === received.name),
        received.message,
      );
      const path = channel.receive.find((candidate) => candidate.name === name)?.correlationId;
      const reply = id === undefined || path === undefined ? message : writePath(message, path, id);
      send(encodeMessage(channel, name, reply));
    } catch (thrown) {
      if (!(thrown instanceof PostedClientError)) throw thrown;
      report(thrown);
    }
  }
}

/** A function returns the value of an operation's only reply, or one of several with its name. */
function nameReply({ name: operation, reply = [] }: OperationDescriptor, result: unknown): NamedMessage {
  const [only, second] = reply;
  if (only !== undefined && second === undefined) return { name: only, message: result };
  const { message: name, payload } = Object(result) as Readonly<Record<string, unknown>>;
  if (typeof name === 'string' && reply.includes(name)) return { name, message: payload };
  throw new PostedClientError(
    'bad_message',
    `\`message\` in the reply to ${operation} must be one of ${reply.join(', ')}.`,
  );
}
