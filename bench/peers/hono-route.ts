import { randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Peer } from './peer.ts';
import { plainDialect } from './plain-dialect.ts';
import { startNodePeer } from './start-process.ts';

const secret = randomBytes(32).toString('hex');
const token = jwt.sign({}, secret, { subject: randomUUID(), expiresIn: '1h' });

/** It has no feed: only requests are compared with it, not the fan-out. */
export const honoRoute: Pick<Peer, 'name' | 'title' | 'start'> = {
  name: 'hono-route',
  title: 'Hono, the same route without a store',
  start: (env = {}) =>
    startNodePeer('hono-route/server.ts', {
      env: { JWT_SECRET: secret, ...env },
      dialect: {
        ...plainDialect,
        post: (text) => ({ ...plainDialect.post(text), headers: { Authorization: `Bearer ${token}` } }),
      },
    }),
};
