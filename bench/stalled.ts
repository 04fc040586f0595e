/** Measures what readers that stop reading cost the server and the other readers. */
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureCost } from './cost.ts';
import { Deliveries } from './deliveries.ts';
import { readOptions } from './options.ts';
import { Poster, postSteadily } from './posts-load.ts';
import { feedPath, openAll, Reader } from './reader.ts';
import {
  createDataDir,
  limitRun,
  needConnections,
  printResult,
  progress,
  round,
  spreadOf,
  startServer,
  tokenOf,
} from './support.ts';

const options = readOptions({
  name: 'stalled',
  summary: `Readers follow the feed through phases of posting: alternately alone, and with connections that never read
after the handshake, half of them plain, half resumable. Posts are large, because the kernel buffers some
megabytes per socket before the server has to. Every reader must receive every post exactly once. Each phase
reports the readers' latency, the server's memory, and how the server closed connections.`,
  numbers: {
    readers: { fallback: 1000, min: 1, max: 10_000, description: 'connections that read' },
    stalled: { fallback: 1000, min: 2, max: 10_000, description: 'connections that stop reading' },
    rounds: { fallback: 2, min: 1, max: 100, description: 'phases per kind' },
    seconds: { fallback: 40, min: 1, max: 3600, description: 'seconds per phase' },
    rate: { fallback: 15, min: 1, max: 1000, description: 'posts per second' },
    bytes: { fallback: 9000, min: 10, max: 10_000, description: 'size of a post' },
  },
  flags: { acks: 'use resumable readers that acknowledge instead of plain ones' },
});
const { readers: readerCount, stalled: stalledCount, rounds, seconds, rate, bytes, acks } = options;
needConnections(readerCount + stalledCount);
limitRun(rounds * 2 * (seconds + 60) + 180);

const graceMs = 30_000;
const server = await startServer(createDataDir());
const poster = new Poster(server.url, randomUUID(), 16);
const deliveries = new Deliveries(readerCount, bytes);
let lost = 0;
let resets = 0;

const readers = Array.from(
  { length: readerCount },
  (_, index) =>
    new Reader({
      serverUrl: server.url,
      resumable: acks,
      acks,
      onPost: (text) => deliveries.arrived(index, text),
      onLost() {
        lost += 1;
      },
      onReset() {
        resets += 1;
      },
    }),
);

/** Completes the handshake, and leaves everything after the first read to the kernel. */
function stall(query: string): { readonly socket: Socket; readonly open: Promise<boolean> } {
  const { promise: open, resolve } = Promise.withResolvers<boolean>();
  const { hostname, port } = new URL(server.url);
  const socket = connect({
    host: hostname,
    port: Number(port),
    onread: {
      buffer: Buffer.alloc(4096),
      callback(length, buffer) {
        resolve(Buffer.from(buffer.buffer, 0, length).toString('latin1').startsWith('HTTP/1.1 101'));
        return false;
      },
    },
  });
  socket.on('error', () => resolve(false));
  socket.write(
    [
      `GET ${feedPath}${query} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.from(randomUUID()).subarray(0, 16).toString('base64')}`,
      `Authorization: Bearer ${tokenOf(randomUUID())}`,
      '\r\n',
    ].join('\r\n'),
  );
  return { socket, open };
}

async function stallAll(): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  const open = Array.from({ length: stalledCount }, (_, index) => () => {
    const stalled = stall(index % 2 === 0 ? '' : '?since=now');
    sockets.push(stalled.socket);
    return stalled.open;
  });
  await openAll(open);
  return sockets;
}

async function runPhase(withStalled: boolean) {
  const sockets = withStalled ? await stallAll() : [];
  const closedBefore = await server.counts('posted_websocket_closed_total', 'code');
  const rss: number[] = [];
  let mostQueuedMb = 0;
  const ticker = setInterval(async () => {
    rss.push(server.rssMb());
    const queuedBytes = await server.gauge('posted_websocket_queued_bytes');
    mostQueuedMb = Math.max(mostQueuedMb, round(queuedBytes / 1_048_576));
  }, 1000);
  const endCost = measureCost(server);
  await postSteadily(() => poster.post(deliveries.next()), { rate, seconds });
  const cost = endCost();
  clearInterval(ticker);
  await deliveries.complete(graceMs);
  const closedAfter = await server.counts('posted_websocket_closed_total', 'code');
  const closed = Object.entries(closedAfter)
    .map(([code, count]) => [code, count - (closedBefore[code] ?? 0)])
    .filter(([, count]) => count !== 0);
  for (const socket of sockets) socket.destroy();
  const sorted = rss.toSorted((a, b) => a - b);
  const phase = {
    stalled: sockets.length,
    postToReaderMs: spreadOf(deliveries.takeLatenciesMs()),
    closedByCode: Object.fromEntries(closed),
    rssMb: {
      min: sorted[0],
      median: sorted[Math.floor(sorted.length / 2)],
      max: sorted.at(-1),
      last: rss.at(-1),
      /** One sample per second. */
      all: rss.map(Math.round).join(' '),
    },
    /** For resumable connections, besides the kernel's buffers. */
    mostQueuedMb,
    cost,
  };
  progress(
    `${phase.stalled} stalled: p50 ${phase.postToReaderMs.p50} ms, p99 ${phase.postToReaderMs.p99} ms, RSS ${phase.rssMb.max} MB`,
  );
  // The server must notice that they are closed before the next phase.
  await sleep(2000);
  return phase;
}

progress(`opening ${readerCount} readers`);
await openAll(readers.map((reader) => () => reader.connect()));
const rssBeforeMb = server.rssMb();
const phases = [];
for (let number = 0; number < rounds * 2; number += 1) {
  const withStalled = number % 2 === 1;
  progress(`phase ${number + 1} of ${rounds * 2}: ${seconds} s ${withStalled ? 'with' : 'without'} stalled`);
  phases.push(await runPhase(withStalled));
}
await sleep(5000);
const result = {
  readers: readerCount,
  acks,
  postsPerSecond: rate,
  postBytes: bytes,
  posts: deliveries.posts,
  expected: deliveries.posts * readerCount,
  missing: deliveries.missing,
  duplicated: deliveries.duplicated,
  rssBeforeMb,
  rssAfterMb: server.rssMb(),
  phases,
};
const wrong = [
  ...deliveries.faults(),
  ...(lost > 0 ? [`${lost} readers lost their connection`] : []),
  ...(resets > 0 ? [`${resets} readers were reset`] : []),
];
printResult(result, wrong);
for (const reader of readers) reader.end();
poster.end();
await server.end('SIGTERM');
