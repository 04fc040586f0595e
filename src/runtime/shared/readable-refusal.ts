import { closeCodes } from './close-codes.ts';

/**
 * How browsers, which hide the response to a refused handshake, learn of it. A client that offers this subprotocol
 * gets, instead of the HTTP error, a connection with this subprotocol that is closed at once: the close code means the
 * status, and the reason is `{"retryAfterMs":n}`. Clients and servers share this file; it runs anywhere.
 */
export const refusalSubprotocol = 'posted.refusal';

const statuses: readonly (readonly [status: number, code: number])[] = [
  [400, closeCodes.badMessage.code],
  [401, closeCodes.unauthorized.code],
  [403, closeCodes.forbidden.code],
  [404, closeCodes.notFound.code],
  [429, closeCodes.tooManyRequests.code],
  [503, closeCodes.tryAgainLater.code],
];

export function encodeRefusal(status: number, retryAfterMs: number): { code: number; reason: string } {
  const fallback = status < 500 ? closeCodes.badMessage.code : closeCodes.tryAgainLater.code;
  const [, code] = statuses.find(([each]) => each === status) ?? [status, fallback];
  return { code, reason: JSON.stringify({ retryAfterMs: Math.ceil(retryAfterMs) }) };
}

/** Null if the connection was cut before the refusal arrived. */
export function decodeRefusal(
  code: number,
  reason: string,
): { readonly status: number; readonly retryAfterMs: number } | null {
  const status = statuses.find(([, each]) => each === code)?.[0];
  if (status === undefined) return null;
  const [, retryAfterMs = 0] = /^\{"retryAfterMs":(\d+)\}$/.exec(reason) ?? [];
  return { status, retryAfterMs: Number(retryAfterMs) };
}
