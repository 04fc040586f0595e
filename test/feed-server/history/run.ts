import { setTimeout as delay } from 'node:timers/promises';
import type { RunOptions, RunResult } from '../../support/history/app-under-test.ts';
import { at } from '../../support/history/at.ts';
import { runSteps, type Traffic, untilFailure } from '../../support/history/run-steps.ts';
import type { Verdict } from '../../support/history/verdict.ts';
import { check } from './check.ts';
import type { History } from './history.ts';
import type { Schedule, Step } from './schedule.ts';
import { type Account, openWorld, type World } from './world.ts';

type FeedRunOptions = RunOptions & { readonly schedule: Schedule };

export interface FeedRunResult extends Omit<RunResult, 'posts' | 'save'> {
  readonly history: History;
}

/** All authors post at this interval until every reader has seen a post, up to this many times. */
const warmupIntervalMs = 200;
const maxWarmupRounds = 100;
/** Enough time for the clients to send their acks and for the servers to store them. */
const ackStorageMs = 1000;
const settleStepMs = 250;
/** How long to wait for duplicates after every client has seen every post. */
const lingerMs = 500;

/**
 * Runs a schedule against real servers and clients, and checks the history.
 *
 * @throws Error when the run fails, for example because a server does not start or exits by itself
 */
export async function run(options: FeedRunOptions): Promise<FeedRunResult> {
  await using world = await openWorld(options);
  return await untilFailure(world, options.signal, execute(world, options));
}

async function execute(world: World, options: FeedRunOptions): Promise<FeedRunResult> {
  const { schedule, onProgress } = options;
  const { recorder, readers, cluster, latencies } = world;
  await Promise.all(schedule.friends.map((pair) => world.changeFriend('set', pair)));
  await subscribeAll(world);

  const kills = await runSteps(world, {
    steps: schedule.steps,
    durationMs: schedule.durationMs,
    onProgress,
    write(traffic) {
      latencies.begin('quiet');
      world.watch(traffic.until(schedule.quietMs).then(() => latencies.begin('disrupted')));
      return world.authors.map((author, index) =>
        postSteadily(world, schedule, { ...traffic, author, index }),
      );
    },
    perform: (step) => perform(world, step),
  });
  for (const reader of readers) reader.restore();
  const verdict = await settle(world, options.settleMs);
  return {
    history: recorder.history,
    verdict,
    kills,
    latencies: schedule.nodes > 1 ? latencies.summary : null,
    problems: [...world.problems, ...cluster.errors],
    log: cluster.log,
  };
}

/** Resolves when every reader has seen a post and the servers have stored their acks. */
async function subscribeAll(world: World): Promise<void> {
  for (const reader of world.readers) reader.begin();
  for (let round = 0; world.readers.some(({ seen }) => seen === 0); round += 1) {
    if (round > maxWarmupRounds) throw new Error('a reader receives no posts');
    await Promise.all(world.authors.map((author, index) => world.post(author, `welcome-${round}-${index}`)));
    await delay(warmupIntervalMs, undefined, { signal: world.signal });
  }
  await delay(ackStorageMs, undefined, { signal: world.signal });
  for (const reader of world.readers) reader.expectAll();
}

interface Poster extends Traffic {
  readonly author: Account;
  readonly index: number;
}

/** Posts one after another at a steady rate, and skips posts that were scheduled while the servers were down. */
async function postSteadily(
  world: World,
  { authors, rate, durationMs }: Schedule,
  { author, index, until, burst }: Poster,
): Promise<void> {
  const intervalMs = (1000 * authors) / rate;
  const startMs = world.recorder.nowMs();
  let scheduledMs = (index / authors) * intervalMs;
  for (let count = 0; scheduledMs < durationMs; count += 1) {
    if (burst.posts > 0) burst.posts -= 1;
    else await until(scheduledMs);
    await world.post(author, `author${index}-${count}`);
    const elapsedMs = world.recorder.nowMs() - startMs;
    scheduledMs += intervalMs * Math.max(0, Math.ceil((elapsedMs - scheduledMs) / intervalMs));
  }
}

async function perform(world: World, step: Step): Promise<void> {
  const { cluster, recorder, readers } = world;
  switch (step.kind) {
    case 'bump-epoch':
      return await recorder.bumpEpoch(() => cluster.bumpEpoch());
    case 'burst':
      return; // the authors create the posts
    case 'lose-answers':
      return await world.loseAnswers(step.forMs);
    case 'set-friend':
      return await world.changeFriend('set', step);
    case 'delete-friend':
      return await world.changeFriend('deleted', step);
    case 'drop':
    case 'stall':
    case 'freeze':
    case 'restart':
      return await at(readers, step.reader).disrupt(step.kind, step.forMs);
    default:
      return await cluster.disrupt(step);
  }
}

async function settle({ recorder, signal }: World, settleMs: number): Promise<Verdict> {
  const deadlineMs = performance.now() + settleMs;
  while (performance.now() < deadlineMs && check(recorder.history).faults.lost > 0) {
    await delay(settleStepMs, undefined, { signal });
  }
  await delay(lingerMs, undefined, { signal });
  return check(recorder.history);
}
