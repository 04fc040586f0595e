import type { ClientBase } from '../client/client.ts';
import { PostedClientError } from '../client/client-error.ts';
import type { ClientStatus } from '../client/client-status.ts';
import { ConnectError, type Link } from './network.ts';
import { settle } from './settle.ts';

/** Functions that a test client has in addition. An operation of the contract with the same name takes precedence. */
export interface Connectivity {
  /**
   * Loses the connection without a close frame, and lets attempts fail until `comeBack`. Resolves when both sides have
   * noticed.
   */
  goOffline(): Promise<void>;
  /**
   * Resolves when the client is open again, which it tries at once. Rejects with the client's error if the server refuses
   * it, or if the client has ended.
   */
  comeBack(): Promise<void>;
}

/** A generated client that is connected to a test server. */
export type TestClient<Client> = Client & Omit<Connectivity, keyof Client>;

/** Shorter than the time that test runners give a test. */
const openTimeoutMs = 4_000;

/** What the test server knows of its clients. */
export class ConnectedClient {
  readonly #client: ClientBase<unknown>;
  readonly #link: Link;
  readonly #channel: string;

  constructor(client: ClientBase<unknown>, link: Link, channel: string) {
    this.#client = client;
    this.#link = link;
    this.#channel = channel;
  }

  get isOpen(): boolean {
    return this.#client.status.value.state === 'open';
  }

  readonly connectivity: Connectivity = {
    goOffline: async () => {
      this.#link.goDown();
      await settle();
    },
    comeBack: async () => {
      this.#link.comeUp();
      await this.opened();
    },
  };

  /** Resolves when the client is open, which it tries at once. Rejects with its error if the server refuses it, or it ends. */
  opened(): Promise<void> {
    const { status } = this.#client;
    const link = this.#link;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(notOpened(this.#channel)), openTimeoutMs);
      const stop = status.subscribe(onStatus);
      if (status.value.state === 'waiting') link.retry();
      else onStatus(status.value);

      function onStatus(current: ClientStatus): void {
        if (current.state === 'open') finish();
        else if (current.state === 'closed') finish(current.error ?? ended());
        else if (current.state === 'waiting') onFailure(current.error);
      }

      function onFailure(error: PostedClientError): void {
        // Started before the network was available. The client waits once it has told its status.
        if (error.cause instanceof ConnectError && link.isAvailable) queueMicrotask(() => link.retry());
        else finish(error);
      }

      function finish(error?: PostedClientError): void {
        clearTimeout(timer);
        stop();
        if (error === undefined) resolve();
        else reject(error);
      }
    });
  }

  /** Like `opened`, but also resolves if it ends. */
  async openedOrEnded(): Promise<void> {
    try {
      await this.opened();
    } catch (thrown) {
      if (this.#client.status.value.state !== 'closed') throw thrown;
    }
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#client.closed.catch(() => {});
  }
}

function notOpened(channel: string): PostedClientError {
  const message = `The client of ${channel} is not open after ${openTimeoutMs / 1_000} s. A function that the handshake waits for has not returned: a security hook or \`accept\`.`;
  return new PostedClientError('unreachable', message);
}

function ended(): PostedClientError {
  return new PostedClientError('closed', 'The client was closed.');
}
