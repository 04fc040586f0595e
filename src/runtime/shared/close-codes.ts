/**
 * The codes with which the server closes connections (RFC 6455 section 7.4), and whether a client should reconnect. The
 * 44xx codes other than 4420 have the same meaning as in graphql-ws. After 4401, reconnecting requires new credentials.
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
  notFound: { code: 4404, reconnect: false, reason: 'there is nothing at this address' },
  replaced: { code: 4409, reconnect: false, reason: 'replaced by another client with the same device' },
  tooManyRequests: { code: 4429, reconnect: true, reason: 'too many requests' },
  slowConsumer: { code: 4420, reconnect: true, reason: 'the connection reads too slowly' },
} as const satisfies Record<string, CloseCodeDescriptor>;

export interface CloseCodeDescriptor {
  readonly code: number;
  /** Whether reconnecting can help, after a back-off. */
  readonly reconnect: boolean;
  /** The default reason: at most 123 bytes of UTF-8. */
  readonly reason: string;
}

export type CloseCode = keyof typeof closeCodes;

/** Whether a client should reconnect after `code`. It should after codes that the server never sends, such as 1006. */
export function shouldReconnect(code: number): boolean {
  return Object.values(closeCodes).find((known) => known.code === code)?.reconnect ?? true;
}

/** Truncates a close reason to 123 bytes of UTF-8 (RFC 6455 section 5.5), between characters. */
export function fitReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  if (bytes.length <= 123) return reason;
  // When streaming, the decoder omits an incomplete character at the end.
  return new TextDecoder().decode(bytes.subarray(0, 123), { stream: true });
}
