import type { IncomingMessage } from 'node:http';
import { splitTarget } from '../server/handshake/address.ts';
import { ackType } from '../shared/server-sent-events.ts';
import type { HttpAppOptions } from './http-app.ts';

/**
 * Returns whether a POST is for the application although its target may be the address of a channel. A body of the media
 * type of acknowledgements never is. Any other is if the contract has an operation with POST there, or if an HTTP
 * application of one's own answers what nothing else does.
 */
export function applicationPosts(
  rest: HttpAppOptions['rest'],
): (request: Pick<IncomingMessage, 'url' | 'headers'>) => boolean {
  const isPath = 'fetch' in rest ? () => true : pathsWithPost(rest.operations);
  return ({ url = '/', headers }) => {
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    return type.trim().toLowerCase() !== ackType && isPath(splitTarget(url).path);
  };
}

function pathsWithPost(
  operations: Extract<HttpAppOptions['rest'], { operations: unknown }>['operations'],
): (path: string) => boolean {
  const patterns = Object.values(operations)
    .filter(({ method }) => method === 'POST')
    .map(({ path }) => new RegExp(`^${RegExp.escape(path).replaceAll(/\\\{.*?\\\}/g, '[^/]+')}$`));
  return (path) => patterns.some((pattern) => pattern.test(path));
}
