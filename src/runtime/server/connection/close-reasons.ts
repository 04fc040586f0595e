import type { CloseCode } from '../../shared/close-codes.ts';

/** The default reasons of close codes: at most 123 bytes of UTF-8. Clients do not load these texts. */
export const closeReasons: Readonly<Record<CloseCode, string>> = {
  normal: 'done',
  goingAway: 'the server is going away',
  protocolError: 'the frame breaks RFC 6455',
  unsupportedData: 'the contract has no messages in such frames',
  invalidData: 'the text is not UTF-8',
  policyViolation: 'the message has too many fragments',
  tooBig: 'the message is too big',
  internalError: 'the server failed',
  serviceRestart: 'the server restarts',
  tryAgainLater: 'try again later',
  badMessage: 'the message breaks the contract',
  unauthorized: 'the credentials have expired',
  forbidden: 'not allowed',
  notFound: 'there is nothing at this address',
  replaced: 'replaced by another client with the same device',
  tooManyRequests: 'too many requests',
  slowConsumer: 'the connection reads too slowly',
};

/** After a failure, the reason contains the connection's id, which finds the cause in the log. */
export function reasonOf(code: CloseCode, connectionId: string): string {
  const reason = closeReasons[code];
  return code === 'internalError' ? `${reason} (connection ${connectionId})` : reason;
}
