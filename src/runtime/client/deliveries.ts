import { PostedClientError } from './client-error.ts';
import type { ResolvedSettings } from './client-settings.ts';
import { type Consumer, Consumers } from './consumers.ts';
import { Inbox } from './inbox.ts';
import type { InvalidMessage } from './message-codec.ts';
import type { Delivery, Resumption } from './resumption.ts';

/** Stops a handler or a listener. It is not called again; further calls have no effect. */
export type Stop = () => void;

interface DeliveriesDeps {
  readonly settings: Pick<ResolvedSettings, 'onUnknown' | 'onInvalid' | 'onError' | 'maxWaitingMessages'>;
  /** Null: connections cannot be resumed. */
  readonly resumption: Resumption | null;
  readonly onReset: ((message: unknown) => void | Promise<void>) | undefined;
  /** Ends the client. */
  readonly fail: (error: PostedClientError) => void;
}

/** Delivers messages to the application in the order of arrival. Without a consumer, they stay in the inbox. */
export class Deliveries {
  readonly inbox: Inbox<Delivery>;
  readonly consumers: Consumers;
  readonly #deps: DeliveriesDeps;
  #handlers = 0;
  #isDone = false;

  constructor(deps: DeliveriesDeps) {
    this.#deps = deps;
    this.inbox = new Inbox(deps.settings.maxWaitingMessages);
    this.consumers = new Consumers(() => this.inbox.wake());
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

  /** Adds a handler of the messages with a name. For other messages, it is done at once. */
  on(name: string, handler: (message: unknown) => unknown): Stop {
    const consumer: Consumer = {
      take: async (received, done) => {
        if (received.name === name) await this.#call(`on.${name}`, () => handler(received.message));
        done();
      },
      end() {},
    };
    let isOn = true;
    this.#handlers += 1;
    this.consumers.join(consumer);
    return () => {
      if (!isOn) return;
      isOn = false;
      this.#handlers -= 1;
      this.consumers.leave(consumer);
    };
  }

  /** Delivers messages until the inbox ends, or the client is closed. */
  async run(): Promise<void> {
    while (!this.#isDone && !this.inbox.isDone) {
      const delivery = this.consumers.isEmpty ? undefined : this.inbox.take();
      if (delivery === undefined) await this.inbox.changed();
      else await this.#deliver(delivery);
    }
    this.#end();
  }

  /** Drops the queued messages that the next connection brings again. */
  rewind(): void {
    if (this.#deps.resumption === null) return;
    // Only valid messages are sent without a cursor, and only once.
    this.inbox.clear(({ incoming, cursor }) => cursor === null && !('error' in incoming));
  }

  /** Drops all messages that are still queued, and lets loops end. */
  close(): void {
    this.inbox.clear();
    this.#end();
  }

  /** Resolves when the inbox has ended and no handler has messages left. */
  async handled(): Promise<void> {
    while (!this.#isDone && this.#handlers > 0) await this.inbox.changed();
  }

  #end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.consumers.end();
    this.inbox.wake();
  }

  /** Offers the message before anything is awaited, so that the consumers present when it was taken get it. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { resumption, settings, fail } = this.#deps;
    const { incoming } = delivery;
    resumption?.offered(delivery);
    const processed = () => resumption?.processed(delivery);
    if ('error' in incoming) {
      // Otherwise left unprocessed, so that neither this message nor a later one is acknowledged.
      if (await this.#mayContinue(incoming)) processed();
      else fail(incoming.error);
    } else if ('unknown' in incoming) {
      await this.#call('onUnknown', () => settings.onUnknown?.(incoming.unknown));
      processed();
    } else if (incoming.name === resumption?.names.reset) {
      await this.#reset(incoming.message);
      processed();
    } else if (incoming.name === resumption?.names.checkpoint) processed();
    else await this.consumers.offer(incoming, processed);
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
  async #call(name: string, callback: () => unknown): Promise<void> {
    try {
      await callback();
    } catch (cause) {
      const problem = `The function \`${name}\` threw.`;
      this.#deps.settings.onError(new PostedClientError('handler', problem, { cause }));
    }
  }
}
