/** Measures what clients miss, and how late they receive it, while their connections keep breaking. */
import { randomUUID } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { postFeedPosted } from '../generated/asyncapi/client.ts';
import { type CursorStore, connect } from '../src/runtime/client/node.ts';
import { measureCost } from './cost.ts';
import { Deliveries } from './deliveries.ts';
import { readOptions } from './options.ts';
import { Poster, postSteadily } from './posts-load.ts';
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

const { clients, seconds, rate, every } = readOptions({
  name: 'jitter',
  summary: `Generated clients with default options follow the feed of everyone's posts. The TCP connection of each is
reset about every --every seconds (80 to 120 %, the first at a random earlier time), no matter what it is
doing, and the client reconnects. Every client must receive every post exactly once. Latency is measured from
before the POST until the client's handler is called, so it includes the time without a connection.`,
  numbers: {
    clients: { fallback: 1000, min: 1, max: 20_000, description: 'clients' },
    seconds: { fallback: 120, min: 1, max: 3600, description: 'seconds to create posts' },
    rate: { fallback: 5, min: 1, max: 1000, description: 'posts per second' },
    every: { fallback: 15, min: 1, max: 3600, description: 'seconds until a connection breaks' },
  },
});
needConnections(clients);
limitRun(seconds + 180);

const textBytes = 100;
const graceMs = 30_000;
const server = await startServer(createDataDir());
const poster = new Poster(server.url, randomUUID(), 16);
const deliveries = new Deliveries(clients, textBytes);
const stop = new AbortController();
const early: Socket[] = [];
let isBreaking = false;
let drops = 0;
let reconnects = 0;
let errors = 0;

// Intercepts every TCP connection of this process, so that the client under test is unchanged.
diagnostics.subscribe('net.client.socket', (message) => {
  const { socket } = message as { readonly socket: Socket };
  if (isBreaking) dropAfter(socket, 0.8 + 0.4 * Math.random());
  else early.push(socket);
});

function dropAfter(socket: Socket, holds: number): void {
  const drop = () => {
    if (!isBreaking || socket.destroyed || poster.owns(socket)) return;
    drops += 1;
    socket.resetAndDestroy();
  };
  setTimeout(drop, every * 1000 * holds).unref();
}

/** Stores the cursor in memory, and resolves `hasCursor` at the first one: from then on the client misses nothing. */
function createCursor(): { readonly cursor: CursorStore; readonly hasCursor: Promise<void> } {
  let kept: string | null = null;
  const { promise: hasCursor, resolve } = Promise.withResolvers<void>();
  const cursor = {
    load: () => kept,
    save(newest: string) {
      kept = newest;
      resolve();
    },
  };
  return { cursor, hasCursor };
}

function openClient(index: number) {
  const { cursor, hasCursor } = createCursor();
  let opened = 0;
  const client = connect(postFeedPosted, {
    url: server.url,
    auth: tokenOf(randomUUID()),
    cursor,
    signal: stop.signal,
    onError(error) {
      errors += 1;
      if (errors <= 5) progress(`client ${index}: ${error.message}`);
    },
  });
  client.on.post(({ payload }) => deliveries.arrived(index, payload.postText));
  client.status.subscribe(({ state }) => {
    if (state !== 'open') return;
    opened += 1;
    if (opened > 1) reconnects += 1;
  });
  return { client, hasCursor };
}

const opening = Array.from({ length: clients }, (_, index) => openClient(index));
progress(`opening ${clients} clients`);
await Promise.all(opening.map(({ hasCursor }) => hasCursor));

progress(`posting for ${seconds} s`);
const ticker = setInterval(() => {
  progress(
    `${deliveries.posts} posts, ${drops} connections broken, ${deliveries.missing} deliveries to come`,
  );
}, 10_000);
const endCost = measureCost(server);
isBreaking = true;
for (const socket of early) dropAfter(socket, Math.random());
await postSteadily(() => poster.post(deliveries.next()), { rate, seconds });
const cost = endCost();
isBreaking = false;
await deliveries.complete(graceMs);
// Duplicates may arrive late.
await sleep(1000);
clearInterval(ticker);

const expected = deliveries.posts * clients;
const result = {
  clients,
  seconds,
  postsPerSecond: rate,
  posts: deliveries.posts,
  expected,
  shareDelivered: (expected - deliveries.missing) / expected,
  lost: deliveries.missing,
  duplicated: deliveries.duplicated,
  postToApplicationMs: spreadOf(deliveries.takeLatenciesMs()),
  connectionsBroken: drops,
  reconnects,
  clientErrors: errors,
  replays: await server.counts('posted_replays_total', 'outcome'),
  resets: await server.counts('posted_resets_total', 'reason'),
  serverRssMb: server.rssMb(),
  cost,
};
const isCalm = seconds > 2 * every && drops === 0;
printResult(result, [...deliveries.faults(), ...(isCalm ? ['no connection was broken'] : [])]);
stop.abort();
await Promise.all(opening.map(({ client }) => client.closed));
poster.end();
await server.end('SIGTERM');
