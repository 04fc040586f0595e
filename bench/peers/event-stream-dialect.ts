import type { Dialect } from './peer.ts';
import { resumableDialect } from './resumable-dialect.ts';

/** The same as server-sent events. */
export function eventStreamDialect(dialect: Dialect): Dialect {
  const resumable = resumableDialect(dialect);
  return {
    ...resumable,
    readsEvents: true,
    upgrade(user) {
      const request = resumable.upgrade(user);
      return { ...request, headers: { ...request.headers, Accept: 'text/event-stream' } };
    },
  };
}
