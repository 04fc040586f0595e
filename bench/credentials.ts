/** Measures how soon connections end whose token is revoked or expires, across three nodes. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startDatabase } from './load/database.ts';
import { readOptions } from './options.ts';
import { feedPath } from './reader.ts';
import {
  createDataDir,
  limitRun,
  needConnections,
  printResult,
  progress,
  spreadOf,
  startServer,
  tokenOf,
} from './support.ts';

const { users, rate } = readOptions({
  name: 'credentials',
  summary: `Three servers share a new PostgreSQL database. Every user has a connection to each of them with one token.
First each token ends with POST /logout, at one server after the other, and the time from its answer to the close of
each of its connections is measured. Then as many users connect with tokens that expire in one of five seconds, and
the time from the expiry to the close is measured. Every connection must end with 4401.`,
  numbers: {
    users: { fallback: 1000, min: 1, max: 20_000, description: 'users, with three connections each' },
    rate: { fallback: 50, min: 1, max: 10_000, description: 'logouts per second' },
  },
});
needConnections(3 * users);
limitRun(users / rate + 180);

const nodeCount = 3;
const closedCode = 4401;
const expirySeconds = 5;
let otherCodes = 0;

/** An open connection, and when it ends. */
interface Watched {
  readonly endedAtMs: Promise<number>;
}

async function connect(url: string, token: string): Promise<Watched> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${feedPath}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  await once(socket, 'open');
  const endedAtMs = once(socket, 'close').then(([code]) => {
    if (code !== closedCode) otherCodes += 1;
    return Date.now();
  });
  return { endedAtMs };
}

/** In milliseconds since the epoch. */
function expiryOf(token: string): number {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).exp * 1000;
}

const database = await startDatabase();
const settings = { DATABASE_URL: database.url };
const nodes = await Promise.all(
  Array.from({ length: nodeCount }, () => startServer(createDataDir(), { settings })),
);
const urls = nodes.map(({ url }) => url);

progress(`connecting ${users} users to ${nodeCount} nodes`);
const tokens = Array.from({ length: users }, () => tokenOf(randomUUID(), { jwtid: randomUUID() }));
const connections: (readonly Watched[])[] = [];
for (const token of tokens) connections.push(await Promise.all(urls.map((url) => connect(url, token))));

progress(`revoking their tokens at ${rate} a second`);
const ownMs: number[] = [];
const otherMs: number[] = [];
let refused = 0;
await Promise.all(
  tokens.map(async (token, index) => {
    await sleep((index * 1000) / rate);
    const node = index % nodeCount;
    const response = await fetch(`${urls[node]}/logout`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
    });
    const answeredMs = Date.now();
    if (response.status !== 200) refused += 1;
    for (const [place, { endedAtMs }] of (connections[index] ?? []).entries()) {
      const lateMs = Math.max(0, (await endedAtMs) - answeredMs);
      (place === node ? ownMs : otherMs).push(lateMs);
    }
  }),
);

progress('waiting for tokens to expire');
const expiresAt = Math.ceil(Date.now() / 1000) + 10 + Math.ceil(users / 500);
const expiryMs = await Promise.all(
  Array.from({ length: users }, async (_, index) => {
    const expiresIn = expiresAt + (index % expirySeconds) - Math.floor(Date.now() / 1000);
    const token = tokenOf(randomUUID(), { expiresIn });
    const { endedAtMs } = await connect(urls[index % nodeCount] ?? '', token);
    return (await endedAtMs) - expiryOf(token);
  }),
);

printResult(
  {
    users,
    nodes: nodeCount,
    revocationMs: { answeringNode: spreadOf(ownMs), otherNodes: spreadOf(otherMs) },
    expiryMs: spreadOf(expiryMs),
  },
  [
    ...(refused === 0 ? [] : [`${refused} logouts were refused`]),
    ...(otherCodes === 0 ? [] : [`${otherCodes} connections ended with another code`]),
  ],
);
await Promise.all(nodes.map((node) => node.end('SIGTERM')));
await database.remove();
