import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { freePort } from '../../src/runtime/node/http-listener.ts';
import { createBinary } from './binary.ts';
import type { Dialect, Peer } from './peer.ts';
import { startProcess } from './start-process.ts';

const version = 'v6.9.1';

const binary = createBinary('centrifugo', version, (output) => ({
  command: 'go',
  args: ['install', `github.com/centrifugal/centrifugo/v6@${version}`],
  env: { GOBIN: output },
}));

const apiKey = 'a key for benchmarks';
const tokenSecret = 'a secret for benchmarks, 32 bytes or more';

/** Subscribes the connection to the channel on connect, so that one reply confirms both. */
const token = jwt.sign({ channels: ['posts'] }, tokenSecret, { subject: 'reader', expiresIn: '1d' });

const author = randomUUID();

/** Centrifugo forwards messages as they are, so the publisher sends the complete message. */
const dialect: Dialect = {
  upgrade: () => ({ path: '/connection/websocket', headers: {} }),
  greetings: [JSON.stringify({ id: 1, connect: { token } })],
  welcomes: 1,
  post(text) {
    const payload = { postId: randomUUID(), postText: text, author_user_id: author };
    const body = JSON.stringify({ channel: 'posts', data: { type: 'post', payload } });
    return { path: '/api/publish', headers: { 'X-API-Key': apiKey }, body };
  },
};

export const centrifugo: Peer = {
  name: 'centrifugo',
  title: 'Centrifugo',
  about:
    'Centrifugo with its in-memory engine: publishes to a channel without history over its HTTP API. Checks a token per connection; no store, no contract.',
  prepare: () => binary.prepare(),
  async start(settings = {}) {
    const port = await freePort('127.0.0.1');
    const env = {
      CENTRIFUGO_HTTP_SERVER_ADDRESS: '127.0.0.1',
      CENTRIFUGO_HTTP_SERVER_PORT: String(port),
      CENTRIFUGO_HTTP_API_KEY: apiKey,
      CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY: tokenSecret,
      // Pings must not disturb a measurement.
      CENTRIFUGO_CLIENT_PING_INTERVAL: '1h',
      CENTRIFUGO_USAGE_STATS_DISABLED: 'true',
      ...settings,
    };
    const ready = new RegExp(`endpoints on 127\\.0\\.0\\.1:(${port})`);
    const server = await startProcess({
      command: binary.path,
      args: [],
      env,
      dialect,
      ready,
      readyOn: 'stderr',
    });
    await untilItAccepts(port);
    return server;
  },
};

/** Centrifugo announces that it is ready a moment too early. Waits for at most a second. */
async function untilItAccepts(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isAccepted = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isAccepted) return;
    await sleep(10);
  }
}
