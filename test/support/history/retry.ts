import { PostedClientError } from '../../../src/runtime/client/node.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';

/** Whether a request over WebSocket may succeed later: connections break, answers get lost, and servers are unavailable. */
export function isWorthRetrying(thrown: unknown): boolean {
  if (thrown instanceof PostedError) return thrown.status === 503;
  return thrown instanceof PostedClientError && ['closed', 'not_open', 'timeout'].includes(thrown.code);
}
