import type { PostedClientError } from './client-error.ts';

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
