/** Carries the frames of a connection, which writes them to the socket itself. */
export interface Transport {
  /** Sends the code and the reason after everything that was written, and ends the connection. */
  close(code: number, reason: string): void;
  /** Ends the connection at once. */
  terminate(): void;
  /** Stops reading what the client sends, until `resume`. */
  pause(): void;
  resume(): void;
}
