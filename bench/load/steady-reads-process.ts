/** The child process of steady-reads.ts. Arguments: port, path, requests per second. */
import { Histogram } from './histogram.ts';
import { Publisher } from './publisher.ts';
import type { ReadTimes } from './steady-reads.ts';

/** Enough for a server that stalls for 2 s at 200 requests per second. */
const maxInFlight = 400;

/** The requests of one interval. */
interface Span {
  readonly times: Histogram;
  readonly reads: Promise<void>[];
  wrong: string | null;
}

const [, , port, path = '', rate] = process.argv;
const periodMs = 1000 / Number(rate);
const publisher = await Publisher.open(Number(port), maxInFlight);
let span = createSpan();
let dueMs = performance.now();

function createSpan(): Span {
  return { times: new Histogram(), reads: [], wrong: null };
}

/** Timed from when it is sent: a delay of this process is not the server's. */
async function read(of: Span): Promise<void> {
  const startMs = performance.now();
  try {
    await publisher.send({ path, headers: {} });
    of.times.add(performance.now() - startMs);
  } catch (thrown) {
    of.wrong ??= thrown instanceof Error ? thrown.message : String(thrown);
  }
}

async function endSpan(): Promise<void> {
  const ended = span;
  span = createSpan();
  await Promise.all(ended.reads);
  const { times, wrong } = ended;
  const { count, maxMs } = times;
  send({ count, p50Ms: times.quantileMs(0.5), p99Ms: times.quantileMs(0.99), maxMs, wrong });
}

function send(message: ReadTimes | 'open'): void {
  process.send?.(message);
}

setInterval(() => {
  for (const nowMs = performance.now(); dueMs <= nowMs; dueMs += periodMs) span.reads.push(read(span));
}, 1);
process.on('message', () => void endSpan());
process.once('disconnect', () => process.exit());
send('open');
