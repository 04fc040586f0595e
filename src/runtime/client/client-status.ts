import { PostedClientError } from './client-error.ts';
import { safely } from './client-settings.ts';
import { defer } from './deferred.ts';

/** The close code and reason with which a client ended. */
export interface ClientClosed {
  /** The close code of RFC 6455 section 7.4; 1006 if there was none. */
  readonly code: number;
  readonly reason: string;
}

/** The state of a client. */
export type ClientStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | {
      /** Disconnected; the next attempt starts after `delayMs`. */
      readonly state: 'waiting';
      readonly delayMs: number;
      /** The number of the next attempt since the last stable connection, from 1. */
      readonly attempt: number;
      /** Why there is no connection. */
      readonly error: PostedClientError;
    }
  | ({
      readonly state: 'closed';
      /** The error that `closed` rejects with; null if it resolves. */
      readonly error: PostedClientError | null;
    } & ClientClosed);

/** A client's status over time. */
export interface ObservableStatus {
  /** The current status. The object is replaced when the status changes, and never modified. */
  readonly value: ClientStatus;
  /**
   * Calls the listener with each new status from now on; the current one is in `value`. Returns how to
   * stop. Both work without their object, as React's `useSyncExternalStore` calls them.
   */
  readonly subscribe: (listener: (status: ClientStatus) => void) => () => void;
}

/** Holds the status, and a promise that depends on it. */
export class StatusSource implements ObservableStatus {
  #value: ClientStatus = { state: 'connecting' };
  #opening = createOpening();
  readonly #listeners = new Set<{ readonly call: (status: ClientStatus) => void }>();

  get value(): ClientStatus {
    return this.#value;
  }

  /** Resolves when the client is open: at once if it is. Rejects if it ends first. */
  get opened(): Promise<void> {
    return this.#opening.promise;
  }

  readonly subscribe = (call: (status: ClientStatus) => void): (() => void) => {
    const listener = { call: safely(call) };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  set(status: ClientStatus): void {
    const { state } = this.#value;
    // A new client is connecting from the start.
    if (status.state === 'connecting' && state === 'connecting') return;
    this.#value = status;
    if (state === 'open') this.#opening = createOpening();
    if (status.state === 'open') this.#opening.resolve();
    if (status.state === 'closed') {
      this.#opening.reject(status.error ?? new PostedClientError('closed', 'The client was closed.'));
    }
    // A listener that is added during these calls gets only later ones, and a removed one none.
    const present = [...this.#listeners];
    for (const listener of present) if (this.#listeners.has(listener)) listener.call(status);
  }
}

/** Ignoring its rejection is safe. */
function createOpening(): PromiseWithResolvers<void> {
  const opening = defer();
  opening.promise.catch(() => {});
  return opening;
}

/** Passes a line for each new status to `log`, if there is one. */
export function logStatus({ subscribe }: ObservableStatus, log: ((line: string) => void) | undefined): void {
  if (log !== undefined) subscribe((status) => log(lineOf(status)));
}

function lineOf(status: ClientStatus): string {
  switch (status.state) {
    case 'connecting':
      return 'Connecting.';
    case 'open':
      return 'Open.';
    case 'waiting':
      return `${status.error.message} Attempt ${status.attempt} follows in ${status.delayMs} ms.`;
    case 'closed':
      return status.error?.message ?? `Closed with ${status.code}.`;
  }
}
