import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feedPath } from '../reader.ts';
import { serverArguments } from '../server-arguments.ts';
import { secret, tokenOf } from '../support.ts';
import type { Dialect, Peer } from './peer.ts';
import { startProcess } from './start-process.ts';

const author = { Authorization: `Bearer ${tokenOf(randomUUID())}` };

const dialect: Dialect = {
  upgrade: (user) => ({ path: feedPath, headers: { Authorization: `Bearer ${tokenOf(user)}` } }),
  greetings: [],
  welcomes: 0,
  post: (text) => ({ path: '/post/create', headers: author, body: JSON.stringify({ text }) }),
};

/**
 * Starts our server as users start it, with an embedded store in a new folder unless `settings` name another.
 *
 * @param root the folder of the project, or of another commit of it; default: this one
 */
export async function startPosted(
  settings: Readonly<Record<string, string>>,
  root?: string,
): ReturnType<Peer['start']> {
  const dataDir = await mkdtemp(join(tmpdir(), 'posted-bench-'));
  const removeData = () => rm(dataDir, { recursive: true, force: true });
  const env = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    JWT_SECRET: secret,
    LOG_LEVEL: 'warn',
    // Subscribers do not answer pings.
    PING_INTERVAL_MS: '3600000',
    BYE_SPREAD_MS: '0',
    // All clients have one address, and some share a user.
    MAX_CONNECTIONS_PER_USER: '0',
    MAX_CONNECTIONS_PER_ADDRESS: '0',
    MAX_PENDING_HANDSHAKES_PER_ADDRESS: '0',
    ...settings,
  };
  try {
    const server = await startProcess({
      command: process.execPath,
      args: serverArguments(root),
      env,
      dialect,
      ready: /^Posted serves REST on http:\/\/127\.0\.0\.1:(\d+)/,
    });
    return { ...server, stop: () => server.stop().finally(removeData) };
  } catch (thrown) {
    await removeData();
    throw thrown;
  }
}

/** Our server. */
export const posted: Peer = {
  name: 'posted',
  title: 'Posted',
  about:
    'Checks the token of every connection and post, stores the post durably before it responds, validates and encodes the message once, and keeps a log for resuming.',
  prepare: () => Promise.resolve(null),
  start: (settings = {}) => startPosted(settings),
};
