/**
 * Every code that this server closes a connection with (RFC 6455 section 7.4), and whether a client
 * should connect again. The 44xx codes below 4420 mean what they mean in graphql-ws. After 4401 another
 * try makes sense with other credentials only.
 */
export const closeCodes = {
  normal: { code: 1000, reconnect: false, reason: 'done' },
  goingAway: { code: 1001, reconnect: true, reason: 'the server is going away' },
  protocolError: { code: 1002, reconnect: false, reason: 'the frame breaks RFC 6455' },
  unsupportedData: { code: 1003, reconnect: false, reason: 'the contract has no messages in such frames' },
  invalidData: { code: 1007, reconnect: false, reason: 'the text is not UTF-8' },
  policyViolation: { code: 1008, reconnect: false, reason: 'the message has too many fragments' },
  tooBig: { code: 1009, reconnect: false, reason: 'the message is too big' },
  internalError: { code: 1011, reconnect: true, reason: 'the server failed' },
  serviceRestart: { code: 1012, reconnect: true, reason: 'the server restarts' },
  tryAgainLater: { code: 1013, reconnect: true, reason: 'try again later' },
  badMessage: { code: 4400, reconnect: false, reason: 'the message breaks the contract' },
  unauthorized: { code: 4401, reconnect: true, reason: 'the credentials have expired' },
  forbidden: { code: 4403, reconnect: false, reason: 'not allowed' },
  slowConsumer: { code: 4420, reconnect: true, reason: 'the connection reads too slowly' },
} as const satisfies Record<string, CloseCodeDescriptor>;

export interface CloseCodeDescriptor {
  readonly code: number;
  /** Whether connecting again, after a back-off, can help. */
  readonly reconnect: boolean;
  /** What is sent unless there is more to say: at most 123 bytes of UTF-8. */
  readonly reason: string;
}

export type CloseCode = keyof typeof closeCodes;

/** Whether a client should connect again after `code`. Codes that nobody here sends, 1006 among them, mean yes. */
export function shouldReconnect(code: number): boolean {
  return Object.values(closeCodes).find((known) => known.code === code)?.reconnect ?? true;
}

/** A close reason holds at most 123 bytes of UTF-8 (RFC 6455 section 5.5): cut there, between characters. */
export function fitReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  if (bytes.length <= 123) return reason;
  // A cut inside a character leaves bytes that decode, streaming, to nothing.
  return new TextDecoder().decode(bytes.subarray(0, 123), { stream: true });
}
