import { setTimeout as delay } from 'node:timers/promises';
import type { RunOptions, RunResult } from '../../../support/history/app-under-test.ts';
import { at } from '../../../support/history/at.ts';
import { checkDeliveries } from '../../../support/history/check-deliveries.ts';
import type { DeliveryHistory, LoggedEvent } from '../../../support/history/delivery-history.ts';
import { runSteps, type Traffic, untilFailure } from '../../../support/history/run-steps.ts';
import { readLoggedEvents } from './logged-events.ts';
import { desks, type ShopSchedule, type ShopStep } from './shop-schedule.ts';
import { openShopWorld, type ShopWorld } from './shop-world.ts';
import type { ShopWriter } from './shop-writer.ts';

type ShopRunOptions = RunOptions & { readonly schedule: ShopSchedule };

export interface ShopRunResult extends Pick<RunResult, 'verdict' | 'kills' | 'problems' | 'log'> {
  readonly history: DeliveryHistory;
}

/** Messages are sent at this interval until every reader has received one, up to this many times. */
const warmupIntervalMs = 200;
const maxWarmupRounds = 100;
/** Enough time for the clients to send their acks and for the servers to store them. */
const ackStorageMs = 1000;
const settleStepMs = 250;
/** How long to wait for duplicates after every client has received everything. */
const lingerMs = 500;

/**
 * Runs a schedule against a real shop with real clients, and compares what they received with its log.
 *
 * @throws Error when the run fails, for example because a server does not start or exits by itself
 */
export async function runShop(options: ShopRunOptions): Promise<ShopRunResult> {
  await using world = await openShopWorld(options.schedule, options.folder);
  return await untilFailure(world, options.signal, execute(world, options));
}

async function execute(world: ShopWorld, options: ShopRunOptions): Promise<ShopRunResult> {
  const { schedule, onProgress } = options;
  const { readers, cluster } = world;
  await Promise.all(schedule.memberships.map((membership) => world.changeMembership('join', membership)));
  await subscribeAll(world, schedule);

  const kills = await runSteps(world, {
    steps: schedule.steps,
    onProgress,
    write: (traffic) =>
      world.writers.map((writer, index) => writeSteadily(world, schedule, { ...traffic, writer, index })),
    perform: (step) => perform(world, step),
  });
  for (const reader of readers) reader.restore();
  const history = await settle(world, options.settleMs);
  return {
    history,
    verdict: checkDeliveries(history),
    kills,
    problems: [...world.problems, ...cluster.errors],
    log: cluster.log,
  };
}

/** Resolves when every reader has received a message, and the servers have stored their acks. */
async function subscribeAll({ readers, writers, signal }: ShopWorld, { shops }: ShopSchedule): Promise<void> {
  for (const reader of readers) await reader.begin();
  for (let round = 0; !readers.every(({ isSubscribed }) => isSubscribed); round += 1) {
    if (round > maxWarmupRounds) throw new Error('a reader receives no messages');
    const writer = at(writers, round % writers.length);
    for (const shop of shops) {
      await writer.placeOrder(shop);
      for (const desk of desks) await writer.addNote(shop, desk);
    }
    await delay(warmupIntervalMs, undefined, { signal });
  }
  await delay(ackStorageMs, undefined, { signal });
}

interface SteadyWriter extends Traffic {
  readonly writer: ShopWriter;
  readonly index: number;
}

/** Writes one message after another at a steady rate, and skips those that were scheduled while the servers were down. */
async function writeSteadily(
  { recorder }: ShopWorld,
  { writers, rate, durationMs }: ShopSchedule,
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

async function perform(world: ShopWorld, step: ShopStep): Promise<void> {
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

async function settle({ cluster, recorder, signal }: ShopWorld, settleMs: number): Promise<DeliveryHistory> {
  const deadlineMs = performance.now() + settleMs;
  const events: LoggedEvent[] = [];
  const complete = async (): Promise<DeliveryHistory> => {
    events.push(...(await readLoggedEvents(cluster, events.at(-1)?.seq ?? 0)));
    return recorder.historyWith(events);
  };
  while (performance.now() < deadlineMs && checkDeliveries(await complete()).faults.lost > 0) {
    await delay(settleStepMs, undefined, { signal });
  }
  await delay(lingerMs, undefined, { signal });
  return await complete();
}
