import { setTimeout as delay } from 'node:timers/promises';
import { at } from './at.ts';
import { check } from './check.ts';
import type { History } from './history.ts';
import type { LatencySummary } from './latencies.ts';
import type { Schedule, Step } from './schedule.ts';
import type { Verdict } from './verdict.ts';
import { type Account, openWorld, type World } from './world.ts';

export interface RunOptions {
  readonly schedule: Schedule;
  /** An empty folder of the run's own, for the servers' data and the clients' cursors. */
  readonly folder: string;
  /** How long clients may take, after the last trouble, to see what they have to. */
  readonly settleMs: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Aborting it ends the run without a result. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly elapsedMs: number;
  readonly posts: number;
  readonly seen: number;
  readonly kills: number;
}

export interface RunResult {
  readonly history: History;
  readonly verdict: Verdict;
  readonly kills: number;
  /** Null for one server alone. */
  readonly latencies: LatencySummary | null;
  /** What must not happen, whatever is done to the servers: a client gave up, a server logged an error. */
  readonly problems: readonly string[];
  /** The ends of what the servers have written to standard error. */
  readonly log: string;
}

/** How often everybody posts until every reader has seen something, and how often at the most. */
const welcomeMs = 200;
const maxRounds = 100;
/** Within this, the clients have sent their acks and the server has stored them. */
const ackedMs = 1000;
const progressMs = 5000;
const settleStepMs = 250;
/** After everybody has seen everything, how long to wait for what comes once too often. */
const afterglowMs = 500;

/**
 * Carries out a schedule against a real server and real clients, and judges what happened.
 *
 * @throws Error when the run could not be carried out: the server does not start, or ends by itself
 */
export async function run(options: RunOptions): Promise<RunResult> {
  await using world = await openWorld(options);
  return await Promise.race([carryOut(world, options), world.failure, aborted(options.signal)]);
}

async function carryOut(world: World, options: RunOptions): Promise<RunResult> {
  const { schedule, onProgress = () => {} } = options;
  const { recorder, readers, cluster, latencies, signal } = world;
  await Promise.all(schedule.friends.map((pair) => world.changeFriend('set', pair)));
  await subscribeAll(world);

  const startMs = performance.now();
  const until = (atMs: number) =>
    delay(Math.max(0, startMs + atMs - performance.now()), undefined, { signal });
  latencies.begin('quiet');
  world.watch(until(schedule.quietMs).then(() => latencies.begin('troubled')));
  let kills = 0;
  /** How many posts are to come without a pause. */
  const hurry = { posts: 0 };
  const reporting = setInterval(() => {
    onProgress({ elapsedMs: performance.now() - startMs, ...recorder.counts, kills });
  }, progressMs);
  signal.addEventListener('abort', () => clearInterval(reporting));

  const underway = world.authors.map((author, index) =>
    postSteadily(world, schedule, { author, index, until, hurry }),
  );
  for (const posting of underway) world.watch(posting);
  for (const step of schedule.steps) {
    await until(step.atMs);
    if (step.kind === 'kill') kills += 1;
    if (step.kind === 'burst') hurry.posts += step.posts;
    const taken = take(world, step);
    world.watch(taken);
    underway.push(taken);
  }
  await Promise.all(underway);
  for (const reader of readers) reader.heal();
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

/** Resolves when every reader has seen a post, and the server has stored their acks. */
async function subscribeAll(world: World): Promise<void> {
  for (const reader of world.readers) reader.begin();
  for (let round = 0; world.readers.some(({ seen }) => seen === 0); round += 1) {
    if (round > maxRounds) throw new Error('a reader sees nothing');
    await Promise.all(world.authors.map((author, index) => world.post(author, `welcome-${round}-${index}`)));
    await delay(welcomeMs, undefined, { signal: world.signal });
  }
  await delay(ackedMs, undefined, { signal: world.signal });
  for (const reader of world.readers) reader.expectAll();
}

interface Poster {
  readonly author: Account;
  readonly index: number;
  readonly until: (atMs: number) => Promise<void>;
  readonly hurry: { posts: number };
}

/** Posts one after the other; what comes due while the server is away is left out. */
async function postSteadily(
  world: World,
  { authors, rate, durationMs }: Schedule,
  { author, index, until, hurry }: Poster,
): Promise<void> {
  const intervalMs = (1000 * authors) / rate;
  const startMs = world.recorder.nowMs();
  let dueMs = (index / authors) * intervalMs;
  for (let count = 0; dueMs < durationMs; count += 1) {
    if (hurry.posts > 0) hurry.posts -= 1;
    else await until(dueMs);
    await world.post(author, `author${index}-${count}`);
    const elapsedMs = world.recorder.nowMs() - startMs;
    dueMs += intervalMs * Math.max(0, Math.ceil((elapsedMs - dueMs) / intervalMs));
  }
}

async function take(world: World, step: Step): Promise<void> {
  const { cluster, recorder, readers } = world;
  switch (step.kind) {
    case 'kill':
      return await cluster.kill(step.node, step.pauseMs);
    case 'roll':
      return await cluster.roll();
    case 'kill-engine':
      return await cluster.engines[step.engine]?.kill(step.pauseMs);
    case 'freeze-engine':
      return await cluster.engines[step.engine]?.freeze(step.forMs);
    case 'cut-engine':
      return await cluster.engines[step.engine]?.cut(step.forMs);
    case 'bump-epoch':
      return await recorder.bumpEpoch(() => cluster.bumpEpoch());
    case 'burst':
      return; // by the authors, who are posting anyway
    case 'lose-answers':
      return await world.loseAnswers(step.forMs);
    case 'set-friend':
      return await world.changeFriend('set', step);
    case 'delete-friend':
      return await world.changeFriend('deleted', step);
    default:
      return await at(readers, step.reader).suffer(step.kind, step.forMs);
  }
}

async function settle({ recorder, signal }: World, settleMs: number): Promise<Verdict> {
  const endMs = performance.now() + settleMs;
  while (performance.now() < endMs && check(recorder.history).faults.lost > 0) {
    await delay(settleStepMs, undefined, { signal });
  }
  await delay(afterglowMs, undefined, { signal });
  return check(recorder.history);
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
