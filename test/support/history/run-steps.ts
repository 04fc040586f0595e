import { setTimeout as delay } from 'node:timers/promises';
import type { RunOptions } from './app-under-test.ts';
import { within } from './within.ts';

/** The servers and clients of a run. */
export interface RunningWorld {
  /** Aborted when the run ends. */
  readonly signal: AbortSignal;
  /** Rejects when something fails that no disruption may cause. */
  readonly failure: Promise<never>;
  /** Fails the run if the promise rejects. */
  watch(promise: Promise<unknown>): void;
  readonly cluster: { readonly log: string };
  readonly recorder: { readonly counts: { readonly posts: number; readonly seen: number } };
}

/** When writers write. */
export interface Traffic {
  /** Resolves at this time of the run. */
  readonly until: (atMs: number) => Promise<void>;
  /** The number of messages to write without a pause. */
  readonly burst: { posts: number };
}

/** A step of a schedule. */
interface RunStep {
  readonly atMs: number;
  readonly kind: string;
  /** Of a burst. */
  readonly posts?: number;
}

export interface RunStepsOptions<Step extends RunStep> {
  readonly durationMs: number;
  readonly onProgress: RunOptions['onProgress'] | undefined;
  readonly steps: readonly Step[];
  /** Starts the writers. Their promises resolve when they have written everything. */
  readonly write: (traffic: Traffic) => readonly Promise<void>[];
  readonly perform: (step: Step) => Promise<void>;
}

const progressMs = 5000;
/** How long a step or a write may take, behind others that restart the same server or engine. */
const stepTimeoutMs = 400_000;
/** Of the servers' logs, in the error of a failed run. */
const maxLogCharacters = 4096;

/** Performs the steps at their times while the writers write. Resolves with the number of kills when all are done. */
export async function runSteps<Step extends RunStep>(
  { signal, watch, recorder }: Pick<RunningWorld, 'signal' | 'watch' | 'recorder'>,
  { steps, durationMs, write, perform, onProgress = () => {} }: RunStepsOptions<Step>,
): Promise<number> {
  const startMs = performance.now();
  const until = (atMs: number): Promise<void> =>
    delay(Math.max(0, startMs + atMs - performance.now()), undefined, { signal });
  const burst = { posts: 0 };
  let kills = 0;
  const reporting = setInterval(() => {
    onProgress({ elapsedMs: performance.now() - startMs, ...recorder.counts, kills });
  }, progressMs);
  signal.addEventListener('abort', () => clearInterval(reporting));

  const pending: Promise<void>[] = [];
  const track = (limitMs: number, what: string, promise: Promise<void>): void => {
    const bounded = within(limitMs, what, promise);
    watch(bounded);
    pending.push(bounded);
  };
  for (const [index, writing] of write({ until, burst }).entries()) {
    track(durationMs + stepTimeoutMs, `writer ${index} to be answered`, writing);
  }
  for (const step of steps) {
    await until(step.atMs);
    if (step.kind === 'kill') kills += 1;
    if (step.kind === 'burst') burst.posts += step.posts ?? 0;
    track(stepTimeoutMs, `the step ${JSON.stringify(step)} to end`, perform(step));
  }
  await Promise.all(pending);
  return kills;
}

/**
 * Ends a run early when its world fails or it is aborted.
 *
 * @throws Error with the last lines of the servers' logs
 */
export async function untilFailure<Result>(
  { failure, cluster }: Pick<RunningWorld, 'failure' | 'cluster'>,
  signal: AbortSignal | undefined,
  run: Promise<Result>,
): Promise<Result> {
  try {
    return await Promise.race([run, failure, aborted(signal)]);
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const log = cluster.log.slice(-maxLogCharacters);
    throw new Error(`${reason}\nThe last lines of the servers' logs:\n${log}`, { cause: thrown });
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
