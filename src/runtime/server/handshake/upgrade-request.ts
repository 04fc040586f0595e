import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PostedError } from '../../shared/errors.ts';
import { Refusal, refusal } from './refusal.ts';

/**
 * Holds a request against RFC 6455 section 4.2.1.
 *
 * @throws Refusal
 */
export function checkUpgrade({ method, headers }: IncomingMessage): void {
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    throw refusal('not_a_websocket', 'invalid_request', 'Only an upgrade to websocket is served here.');
  }
  if (method !== 'GET') {
    throw refusal('method', 'method_not_allowed', 'A WebSocket handshake is a GET request.', {
      Allow: 'GET',
    });
  }
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    throw refusal(
      'bad_handshake',
      'invalid_request',
      'Sec-WebSocket-Key is missing or is not 16 bytes in base64.',
    );
  }
  if (headers['sec-websocket-version'] !== '13') {
    throw new Refusal(
      'bad_handshake',
      new PostedError('invalid_request', 'Only version 13 of the WebSocket protocol is spoken here.'),
      { status: 426, headers: { 'Sec-WebSocket-Version': '13' } },
    );
  }
  checkSubprotocols(headers);
}

/** A list of tokens (RFC 6455 section 11.3.4), checked here so that a bad one is answered like any other mistake. */
function checkSubprotocols(headers: IncomingHttpHeaders): void {
  const offered = headers['sec-websocket-protocol'];
  if (offered === undefined) return;
  const names = offered.split(',').map((name) => name.trim());
  const areTokens = names.every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name));
  if (areTokens && new Set(names).size === names.length) return;
  throw refusal(
    'bad_handshake',
    'invalid_request',
    'Sec-WebSocket-Protocol is not a list of different subprotocol names.',
  );
}
