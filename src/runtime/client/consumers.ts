import { defer } from './deferred.ts';
import type { NamedMessage } from './message-codec.ts';

/** Something in the application that gets every message: a handler or a loop. */
export interface Consumer {
  /** Gets the next message, after it is done with the one before. It must call `done` exactly once. */
  take(message: NamedMessage, done: () => void): void | Promise<void>;
  /** No more messages follow. */
  end(): void;
}

/** The consumers of a client's messages. All of them get each message, and the slowest sets the pace. */
export class Consumers {
  readonly #all = new Set<Consumer>();
  readonly #changed: () => void;
  #hasEnded = false;

  /** @param changed is called when a consumer has joined or left */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  join(consumer: Consumer): void {
    if (this.#hasEnded) consumer.end();
    else this.#all.add(consumer);
    this.#changed();
  }

  leave(consumer: Consumer): void {
    if (this.#all.delete(consumer)) this.#changed();
  }

  /** Gives a message to all present consumers. Calls `done`, then resolves, once the last of them is done with it. */
  offer(message: NamedMessage, done: () => void): Promise<void> {
    const { promise, resolve } = defer();
    // Those that join during this call get the next message first.
    const present = [...this.#all];
    let pending = present.length;
    const finish = () => {
      pending -= 1;
      if (pending > 0) return;
      // At once: a loop that ends the client has its last message acknowledged.
      done();
      resolve();
    };
    for (const consumer of present) {
      // A consumer that another has just stopped must not be called.
      if (this.#all.has(consumer)) void consumer.take(message, finish);
      else finish();
    }
    return promise;
  }

  end(): void {
    this.#hasEnded = true;
    for (const consumer of this.#all) consumer.end();
  }
}
