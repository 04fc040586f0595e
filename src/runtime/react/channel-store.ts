/**
 * Holds the client of one component, in the form of an external store: a subscription opens it. A server never
 * subscribes, so it opens nothing.
 */
export class ChannelStore<Client extends { close(): void }> {
  readonly #open: () => Client;
  #client: Client | null = null;
  #closing: ReturnType<typeof setTimeout> | undefined;

  constructor(open: () => Client) {
    this.#open = open;
  }

  readonly current = (): Client | null => this.#client;

  readonly subscribe = (changed: () => void): (() => void) => {
    clearTimeout(this.#closing);
    if (this.#client === null) {
      this.#client = this.#open();
      changed();
    }
    return () => {
      // StrictMode and hot reloading mount a component again in the same turn: it must keep its connection.
      this.#closing = setTimeout(() => this.#close());
    };
  };

  #close(): void {
    this.#client?.close();
    this.#client = null;
  }
}
