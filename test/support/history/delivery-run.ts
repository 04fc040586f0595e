import { setTimeout as delay } from 'node:timers/promises';
import type { RunOptions, RunResult } from './app-under-test.ts';
import { at } from './at.ts';
import { checkDeliveries } from './check-deliveries.ts';
import type { DeliveryApp, Writer } from './delivery-app.ts';
import type { DeliveryHistory, LoggedEvent } from './delivery-history.ts';
import type { DeliverySchedule, DeliveryStep, PlannedReader } from './delivery-schedule.ts';
import { type DeliveryWorld, openDeliveryWorld } from './delivery-world.ts';
import { readLoggedEvents } from './logged-events.ts';
import { runSteps, type Traffic, untilFailure } from './run-steps.ts';
import type { Verdict } from './verdict.ts';
import { within } from './within.ts';

export interface DeliveryRunOptions<Reader extends PlannedReader> extends RunOptions {
  readonly app: DeliveryApp<Reader>;
  readonly schedule: DeliverySchedule<Reader>;
}

export interface DeliveryRunResult extends Omit<RunResult, 'posts' | 'save'> {
  readonly history: DeliveryHistory;
}

/** Messages are sent at this interval until every reader has received one, up to this many times. */
const warmupIntervalMs = 200;
const maxWarmupRounds = 100;
/** How long everything that begins a run may take. */
const beginTimeoutMs = 180_000;
/** How long the last writes may take, while servers restart. */
const answerTimeoutMs = 300_000;
/** Enough time for the clients to send their acks and for the servers to store them. */
const ackStorageMs = 1000;
const settleStepMs = 250;
/** How long to wait for duplicates after every client has received everything. */
const lingerMs = 500;

/**
 * Runs a schedule against real servers with real clients, and compares what they received with the log.
 *
 * @throws Error when the run fails, for example because a server does not start or exits by itself
 */
export async function runDeliveries<Reader extends PlannedReader>(
  options: DeliveryRunOptions<Reader>,
): Promise<DeliveryRunResult> {
  await using world = await openDeliveryWorld(options);
  return await untilFailure(world, options.signal, execute(world, options));
}

async function execute(
  world: DeliveryWorld,
  { schedule, settleMs, onProgress }: RunOptions & { readonly schedule: DeliverySchedule },
): Promise<DeliveryRunResult> {
  const { readers, cluster, latencies } = world;
  const joining = schedule.memberships.map((membership) => world.changeMembership('join', membership));
  await within(beginTimeoutMs, 'the first memberships to be answered', Promise.all(joining));
  await within(beginTimeoutMs, 'the readers to subscribe', subscribeAll(world));

  const kills = await runSteps(world, {
    steps: schedule.steps,
    onProgress,
    durationMs: schedule.durationMs,
    write(traffic) {
      latencies.begin('quiet');
      world.watch(traffic.until(schedule.quietMs).then(() => latencies.begin('disrupted')));
      return world.writers.map((writer, index) =>
        writeSteadily(world, schedule, { ...traffic, writer, index }),
      );
    },
    perform: (step) => perform(world, step),
  });
  for (const reader of readers) reader.restore();
  // Whatever has happened to a reader, it must receive these.
  const last = Promise.all(world.writers.map((writer) => writer.welcome()));
  await within(answerTimeoutMs, 'the last messages to be answered', last);
  const { history, verdict } = await settle(world, settleMs);
  return {
    history,
    verdict,
    kills,
    latencies: schedule.nodes > 1 ? latencies.summary : null,
    problems: [...world.problems, ...cluster.errors],
    log: cluster.log,
  };
}

/** Resolves when every reader has received a message, and the servers have stored their acks. */
async function subscribeAll({ readers, writers, signal }: DeliveryWorld): Promise<void> {
  await Promise.all(readers.map((reader) => reader.begin()));
  for (let round = 0; !readers.every(({ isSubscribed }) => isSubscribed); round += 1) {
    if (round > maxWarmupRounds) {
      const waiting = readers.filter(({ isSubscribed }) => !isSubscribed).map(({ name }) => name);
      throw new Error(`no messages are received by ${waiting.join(', ')}`);
    }
    await at(writers, round % writers.length).welcome();
    await delay(warmupIntervalMs, undefined, { signal });
  }
  await delay(ackStorageMs, undefined, { signal });
}

interface SteadyWriter extends Traffic {
  readonly writer: Writer;
  readonly index: number;
}

/** Writes one message after another at a steady rate, and skips those that were scheduled while the servers were down. */
async function writeSteadily(
  { recorder }: DeliveryWorld,
  { writers, rate, durationMs }: Pick<DeliverySchedule, 'writers' | 'rate' | 'durationMs'>,
  { writer, index, until, burst }: SteadyWriter,
): Promise<void> {
  const intervalMs = (1000 * writers) / rate;
  const startMs = recorder.nowMs();
  for (let scheduledMs = (index / writers) * intervalMs; scheduledMs < durationMs; ) {
    if (burst.posts > 0) burst.posts -= 1;
    else await until(scheduledMs);
    await writer.write();
    const elapsedMs = recorder.nowMs() - startMs;
    scheduledMs += intervalMs * Math.max(0, Math.ceil((elapsedMs - scheduledMs) / intervalMs));
  }
}

async function perform(world: DeliveryWorld, step: DeliveryStep): Promise<void> {
  const { cluster, recorder, readers } = world;
  switch (step.kind) {
    case 'bump-epoch':
      return await recorder.bumpEpoch(() => cluster.bumpEpoch());
    case 'burst':
      return; // the writers write them
    case 'lose-answers':
      return await world.loseAnswers(step.forMs);
    case 'join':
    case 'leave':
      return await world.changeMembership(step.kind, step);
    case 'drop':
    case 'stall':
    case 'freeze':
    case 'restart':
      return await at(readers, step.reader).disrupt(step.kind, step.forMs);
    default:
      return await cluster.disrupt(step);
  }
}

/** Checks until nothing is missing, or for `settleMs`. */
async function settle(
  { cluster, recorder, identify, signal }: DeliveryWorld,
  settleMs: number,
): Promise<{ readonly history: DeliveryHistory; readonly verdict: Verdict }> {
  const deadlineMs = performance.now() + settleMs;
  const events: LoggedEvent[] = [];
  async function check() {
    events.push(...(await readLoggedEvents(cluster, events.at(-1)?.seq ?? 0, identify)));
    const history = recorder.historyWith(events);
    const startMs = performance.now();
    const verdict = checkDeliveries(history);
    return { history, verdict, tookMs: performance.now() - startMs };
  }
  let checked = await check();
  while (performance.now() < deadlineMs && checked.verdict.faults.lost > 0) {
    // The clients run in this process, too, and need most of its time.
    await delay(Math.max(settleStepMs, 3 * checked.tookMs), undefined, { signal });
    checked = await check();
  }
  await delay(lingerMs, undefined, { signal });
  return await check();
}
