import type { ChannelDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import { PostedClientError } from './client-error.ts';
import { answerTo, idOf } from './correlate.ts';
import { Inbox } from './inbox.ts';
import { encodeMessage, type Received } from './messages.ts';
import { ownMember } from './own-member.ts';
import type { Frame } from './socket.ts';

/** By operation: what answers when the server asks. */
export type AnswerHandlers = Readonly<Record<string, ((message: unknown) => unknown) | undefined>>;

interface Asked {
  readonly received: Received;
  readonly operation: OperationDescriptor;
  /** To the connection that it came on. */
  readonly send: (frame: Frame) => void;
}

interface AnswersDeps {
  readonly channel: ChannelDescriptor;
  readonly handlers: AnswerHandlers | undefined;
  /** How many questions may wait. */
  readonly limit: number;
  readonly report: (error: PostedClientError) => void;
}

/** Has the application answer what the server asks, one question after the other. */
export class Answers {
  readonly inbox: Inbox<Asked>;
  readonly #deps: AnswersDeps;

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
    this.inbox = new Inbox(deps.limit);
  }

  /** The operation with which the server has asked, where the application answers it. */
  operationOf({ name }: Received): OperationDescriptor | undefined {
    const { channel, handlers } = this.#deps;
    return channel.operations.find(
      ({ name: operation, action, messages, reply }) =>
        action === 'send' &&
        reply !== undefined &&
        messages.includes(name) &&
        ownMember(handlers, operation) !== undefined,
    );
  }

  /** Answers until the inbox ends. */
  async run(): Promise<void> {
    for await (const asked of this.inbox.take()) await this.#answer(asked);
  }

  async #answer({ received, operation, send }: Asked): Promise<void> {
    const { channel, handlers, report } = this.#deps;
    let result: unknown;
    try {
      result = await ownMember(handlers, operation.name)?.(received.message);
    } catch (cause) {
      const what = `The function that answers ${operation.name} threw.`;
      report(new PostedClientError('handler', what, { cause }));
      return;
    }
    try {
      const { name, message } = nameAnswer(operation, result);
      const id = idOf(
        channel.send.find((candidate) => candidate.name === received.name),
        received.message,
      );
      const descriptor = channel.receive.find((candidate) => candidate.name === name);
      send(encodeMessage(channel, name, answerTo(id, descriptor, message)));
    } catch (thrown) {
      if (!(thrown instanceof PostedClientError)) throw thrown;
      report(thrown);
    }
  }
}

/** An operation with one answer is given its value, another the value with its name. */
function nameAnswer({ name: operation, reply = [] }: OperationDescriptor, result: unknown): Received {
  const [only, second] = reply;
  if (only !== undefined && second === undefined) return { name: only, message: result };
  const { message: name, payload } = Object(result) as Readonly<Record<string, unknown>>;
  if (typeof name === 'string' && reply.includes(name)) return { name, message: payload };
  throw new PostedClientError('bad_message', `The answer of ${operation} names none of ${reply.join(', ')}.`);
}
