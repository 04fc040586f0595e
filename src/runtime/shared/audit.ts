import type { ErrorCode } from './errors.ts';

/** What one user did: a message of a connection, or a request over REST. */
export interface AuditEntry {
  /** Null without credentials. */
  readonly user: string | null;
  /** Also in the log and in errors. */
  readonly requestId: string;
  /** The operation's name in the contract. */
  readonly operation: string;
  readonly outcome: 'ok' | ErrorCode;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** Receives the entries. It must not throw, and must not wait for anything. */
export type Audit = (entry: AuditEntry) => void;
