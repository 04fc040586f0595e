import type { Dialect } from './peer.ts';

/** Our protocol for resumable connections: the first frame is `ready`. */
export function resumableDialect(dialect: Dialect): Dialect {
  return {
    ...dialect,
    welcomes: 1,
    upgrade(user) {
      const request = dialect.upgrade(user);
      return { ...request, path: `${request.path}?since=now` };
    },
  };
}
