import { splitTarget } from '../server/handshake/address.ts';
import type { HttpAppOptions } from './http-app.ts';

/**
 * Returns whether a target is that of an operation with POST, which the contract may have at the address of a channel. It
 * takes precedence over acknowledgements.
 */
export function postingPaths(rest: HttpAppOptions['rest']): (target: string) => boolean {
  if ('fetch' in rest) return () => false;
  const patterns = Object.values(rest.operations)
    .filter(({ method }) => method === 'POST')
    .map(({ path }) => new RegExp(`^${RegExp.escape(path).replaceAll(/\\\{.*?\\\}/g, '[^/]+')}$`));
  return (target) => {
    const { path } = splitTarget(target);
    return patterns.some((pattern) => pattern.test(path));
  };
}
