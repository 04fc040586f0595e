import { PostedClientError } from './client-error.ts';
import { Inbox } from './inbox.ts';
import type { Received } from './messages.ts';
import { ownMember } from './own-member.ts';
import type { Delivery, Resumption } from './resumption.ts';

const gone =
  'The server no longer has what this client has missed: messages are missing. The option onReset is told of it.';

/** By message name: what the application does with a message. */
export type MessageHandlers = Readonly<
  Record<string, ((message: unknown) => void | Promise<void>) | undefined>
>;

interface DeliveriesDeps {
  /** Undefined: the messages are read by `for await`. */
  readonly handlers: MessageHandlers | undefined;
  readonly onReset: ((message: unknown) => void | Promise<void>) | undefined;
  /** Null: each connection stands for itself. */
  readonly resumption: Resumption | null;
  /** How many messages may wait. */
  readonly limit: number;
  readonly report: (error: PostedClientError) => void;
}

/** Hands the messages to the application, in the order of arrival. */
export class Deliveries {
  readonly inbox: Inbox<Delivery>;
  readonly #deps: DeliveriesDeps;

  constructor(deps: DeliveriesDeps) {
    this.#deps = deps;
    this.inbox = new Inbox(deps.limit);
  }

  /** The messages, for an application without handlers. */
  async *read(): AsyncGenerator<unknown, void, undefined> {
    for await (const { message } of this.#take()) yield message;
  }

  /** Calls the handlers until the inbox ends; without any it leaves the messages where they are. */
  async run(): Promise<void> {
    const { handlers, report } = this.#deps;
    if (handlers === undefined) return;
    for await (const { name, message } of this.#take()) {
      try {
        await ownMember(handlers, name)?.(message);
      } catch (cause) {
        report(new PostedClientError('handler', `The handler of ${name} threw.`, { cause }));
      }
    }
  }

  /** What is for the application, which is done with each when it asks for the next, or leaves. */
  async *#take(): AsyncGenerator<Received, void, undefined> {
    const { resumption } = this.#deps;
    for await (const delivery of this.inbox.take()) {
      const done = resumption?.handOver(delivery);
      try {
        if (delivery.name === resumption?.names.reset) await this.#reset(delivery.message);
        else if (delivery.name !== resumption?.names.checkpoint) yield delivery;
      } finally {
        done?.();
      }
    }
  }

  async #reset(message: unknown): Promise<void> {
    const { onReset, report } = this.#deps;
    if (onReset === undefined) {
      report(new PostedClientError('reset', gone));
      return;
    }
    try {
      await onReset(message);
    } catch (cause) {
      report(new PostedClientError('handler', 'The function onReset threw.', { cause }));
    }
  }
}
