/**
 * The codes with which the server closes connections (RFC 6455 section 7.4), and whether a client should reconnect. The
 * 44xx codes other than 4420 have the same meaning as in graphql-ws. After 4401, reconnecting requires new credentials.
 */
export const closeCodes = {
  normal: { code: 1000, reconnect: false },
  goingAway: { code: 1001, reconnect: true },
  protocolError: { code: 1002, reconnect: false },
  unsupportedData: { code: 1003, reconnect: false },
  invalidData: { code: 1007, reconnect: false },
  policyViolation: { code: 1008, reconnect: false },
  tooBig: { code: 1009, reconnect: false },
  internalError: { code: 1011, reconnect: true },
  serviceRestart: { code: 1012, reconnect: true },
  tryAgainLater: { code: 1013, reconnect: true },
  badMessage: { code: 4400, reconnect: false },
  unauthorized: { code: 4401, reconnect: true },
  forbidden: { code: 4403, reconnect: false },
  notFound: { code: 4404, reconnect: false },
  replaced: { code: 4409, reconnect: false },
  tooManyRequests: { code: 4429, reconnect: true },
  slowConsumer: { code: 4420, reconnect: true },
} as const satisfies Record<string, CloseCodeDescriptor>;

export interface CloseCodeDescriptor {
  readonly code: number;
  /** Whether reconnecting can help, after a back-off. */
  readonly reconnect: boolean;
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
