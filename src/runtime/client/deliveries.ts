import { PostedClientError } from './client-error.ts';
import type { ResolvedSettings } from './client-settings.ts';
import { Inbox } from './inbox.ts';
import type { InvalidMessage, NamedMessage } from './message-codec.ts';
import { ownValue } from './named-values.ts';
import type { Delivery, Resumption } from './resumption.ts';

/** The option `on`: handlers by message name. */
export type MessageHandlers = Readonly<
  Record<string, ((message: unknown) => void | Promise<void>) | undefined>
>;

interface DeliveriesDeps {
  readonly settings: Pick<ResolvedSettings, 'onUnknown' | 'onInvalid' | 'onError' | 'maxWaitingMessages'>;
  /** Undefined: the messages are read with `for await`. */
  readonly handlers: MessageHandlers | undefined;
  /** Null: connections cannot be resumed. */
  readonly resumption: Resumption | null;
  readonly onReset: ((message: unknown) => void | Promise<void>) | undefined;
  /** Ends the client. */
  readonly fail: (error: PostedClientError) => void;
}

/** Delivers messages to the application in the order of arrival. */
export class Deliveries {
  readonly inbox: Inbox<Delivery>;
  readonly #deps: DeliveriesDeps;

  constructor(deps: DeliveriesDeps) {
    this.#deps = deps;
    this.inbox = new Inbox(deps.settings.maxWaitingMessages);
  }

  /** Queues a received message. Returns whether the inbox is full now. */
  put(delivery: Delivery): boolean {
    const { onUnknown, onInvalid, onError } = this.#deps.settings;
    const { incoming, cursor } = delivery;
    // Reported before any later message can be delivered.
    if ('error' in incoming && onInvalid === undefined) onError(incoming.error);
    else if (!('unknown' in incoming) || onUnknown !== undefined || cursor !== null) {
      return this.inbox.put(delivery);
    }
    return false;
  }

  /** The messages for an application without handlers. */
  async *read(): AsyncGenerator<unknown, void, undefined> {
    for await (const { message } of this.#take()) yield message;
  }

  /** Calls the handlers until the inbox ends. Without handlers, the messages stay in the inbox. */
  async run(): Promise<void> {
    const { handlers } = this.#deps;
    if (handlers === undefined) return;
    for await (const { name, message } of this.#take()) {
      await this.#call(`on.${name}`, () => ownValue(handlers, name)?.(message));
    }
  }

  /** Messages of the contract. Each is processed once the consumer asks for the next, or leaves. */
  async *#take(): AsyncGenerator<NamedMessage, void, undefined> {
    const { resumption, settings, fail } = this.#deps;
    for await (const delivery of this.inbox.take()) {
      const { incoming } = delivery;
      const processed = resumption?.handOver(delivery);
      if ('error' in incoming && !(await this.#mayContinue(incoming))) {
        // Left unprocessed, so that neither this message nor a later one is acknowledged.
        fail(incoming.error);
        return;
      }
      try {
        if ('unknown' in incoming) {
          await this.#call('onUnknown', () => settings.onUnknown?.(incoming.unknown));
        } else if ('name' in incoming) {
          if (incoming.name === resumption?.names.reset) await this.#reset(incoming.message);
          else if (incoming.name !== resumption?.names.checkpoint) yield incoming;
        }
      } finally {
        processed?.();
      }
    }
  }

  /** An application that fails to decide has not dealt with the message, so the client must not continue. */
  async #mayContinue(invalid: InvalidMessage): Promise<boolean> {
    let decision: unknown;
    await this.#call('onInvalid', async () => {
      decision = await this.#deps.settings.onInvalid?.(invalid);
    });
    return decision === 'continue';
  }

  async #reset(message: unknown): Promise<void> {
    const { onReset, settings } = this.#deps;
    if (onReset !== undefined) await this.#call('onReset', () => onReset(message));
    else {
      const problem =
        'The server no longer has the messages that this client missed. Reload them in `onReset`.';
      settings.onError(new PostedClientError('reset', problem));
    }
  }

  /** Calls a function of the application and reports what it throws. */
  async #call(name: string, callback: () => void | Promise<void>): Promise<void> {
    try {
      await callback();
    } catch (cause) {
      const problem = `The function \`${name}\` threw.`;
      this.#deps.settings.onError(new PostedClientError('handler', problem, { cause }));
    }
  }
}
