import type { LatencySummary } from './latencies.ts';
import type { ScheduleOptions } from './run-options.ts';
import type { Verdict } from './verdict.ts';

/** An application that the chaos run can disrupt. */
export interface AppUnderTest {
  plan(options: ScheduleOptions): PlannedRun;
  /** Checks a saved history. */
  check(path: string): Promise<Pick<RunResult, 'verdict' | 'posts'>>;
}

export interface PlannedRun {
  readonly schedule: { readonly steps: readonly object[] };
  /** @throws Error when the run fails, for example because a server does not start or exits by itself */
  run(options: RunOptions): Promise<RunResult>;
}

export interface RunOptions {
  /** An empty folder for the data of the servers and the cursors of the clients. */
  readonly folder: string;
  /** How long clients may take, after the last disruption, to see the remaining messages. */
  readonly settleMs: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the run without a result when aborted. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly elapsedMs: number;
  readonly posts: number;
  readonly seen: number;
  readonly kills: number;
}

export interface RunResult {
  readonly verdict: Verdict;
  /** The number of messages that the authors wrote. */
  readonly posts: number;
  readonly kills: number;
  /** Null if they were not measured. */
  readonly latencies: LatencySummary | null;
  /** What no disruption may cause: a client that gave up, or an error logged by a server. */
  readonly problems: readonly string[];
  /** The last lines that each server wrote to standard error. */
  readonly log: string;
  /** Saves the history, so that it can be checked again. */
  save(path: string): Promise<void>;
}
