import { PostedClientError } from './client-error.ts';
import { Inbox } from './inbox.ts';
import type { InvalidMessage, Received } from './messages.ts';
import { ownMember } from './own-member.ts';
import type { Delivery, Resumption } from './resumption.ts';
import type { ResolvedSettings } from './settings.ts';

const messagesAreMissing =
  'The server no longer has the messages that this client missed. Reload them, and use the option onReset to do so.';

/** By message name: what the application does with a message. */
export type MessageHandlers = Readonly<
  Record<string, ((message: unknown) => void | Promise<void>) | undefined>
>;

interface DeliveriesDeps {
  readonly settings: Pick<ResolvedSettings, 'onUnknown' | 'onInvalid' | 'onError' | 'maxWaitingMessages'>;
  /** Undefined: the messages are read by `for await`. */
  readonly handlers: MessageHandlers | undefined;
  /** Null: connections cannot be resumed. */
  readonly resumption: Resumption | null;
  readonly onReset: ((message: unknown) => void | Promise<void>) | undefined;
  /** Ends the client. */
  readonly fail: (error: PostedClientError) => void;
}

/** Hands the messages to the application, in the order of arrival. */
export class Deliveries {
  readonly inbox: Inbox<Delivery>;
  readonly #deps: DeliveriesDeps;

  constructor(deps: DeliveriesDeps) {
    this.#deps = deps;
    this.inbox = new Inbox(deps.settings.maxWaitingMessages);
  }

  /** Takes a message that was received. Returns whether the inbox is full now. */
  put(delivery: Delivery): boolean {
    const { onUnknown, onInvalid, onError } = this.#deps.settings;
    const { incoming, cursor } = delivery;
    // Reported before anything that came after it can be handed over.
    if ('error' in incoming && onInvalid === undefined) onError(incoming.error);
    else if (!('unknown' in incoming) || onUnknown !== undefined || cursor !== null) {
      return this.inbox.put(delivery);
    }
    return false;
  }

  /** The messages, for an application without handlers. */
  async *read(): AsyncGenerator<unknown, void, undefined> {
    for await (const { message } of this.#take()) yield message;
  }

  /** Calls the handlers until the inbox ends; without any it leaves the messages where they are. */
  async run(): Promise<void> {
    const { handlers } = this.#deps;
    if (handlers === undefined) return;
    for await (const { name, message } of this.#take()) {
      await this.#call(`The handler of ${name}`, () => ownMember(handlers, name)?.(message));
    }
  }

  /** The contract's messages. The application is done with each when it asks for the next, or leaves. */
  async *#take(): AsyncGenerator<Received, void, undefined> {
    const { resumption, settings, fail } = this.#deps;
    for await (const delivery of this.inbox.take()) {
      const { incoming } = delivery;
      const done = resumption?.handOver(delivery);
      if ('error' in incoming && !(await this.#mayContinue(incoming))) {
        // Not done: neither this message nor a later one is acknowledged.
        fail(incoming.error);
        return;
      }
      try {
        if ('unknown' in incoming) {
          await this.#call('The function onUnknown', () => settings.onUnknown?.(incoming.unknown));
        } else if ('name' in incoming) {
          if (incoming.name === resumption?.names.reset) await this.#reset(incoming.message);
          else if (incoming.name !== resumption?.names.checkpoint) yield incoming;
        }
      } finally {
        done?.();
      }
    }
  }

  /** An application that fails to decide has not dealt with the message: that is not a reason to go on. */
  async #mayContinue(invalid: InvalidMessage): Promise<boolean> {
    let decision: unknown;
    await this.#call('The function onInvalid', async () => {
      decision = await this.#deps.settings.onInvalid?.(invalid);
    });
    return decision === 'continue';
  }

  async #reset(message: unknown): Promise<void> {
    const { onReset, settings } = this.#deps;
    if (onReset === undefined) settings.onError(new PostedClientError('reset', messagesAreMissing));
    else await this.#call('The function onReset', () => onReset(message));
  }

  /** Calls the application. What it throws is reported. */
  async #call(what: string, callback: () => void | Promise<void>): Promise<void> {
    try {
      await callback();
    } catch (cause) {
      this.#deps.settings.onError(new PostedClientError('handler', `${what} threw.`, { cause }));
    }
  }
}
