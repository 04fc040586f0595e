import { feedPath } from '../reader.ts';
import type { Dialect } from './peer.ts';

/** Our paths without a token, for the servers written for the comparison. */
export const plainDialect: Dialect = {
  upgrade: () => ({ path: feedPath, headers: {} }),
  greetings: [],
  welcomes: 0,
  post: (text) => ({ path: '/post/create', headers: {}, body: JSON.stringify({ text }) }),
};
