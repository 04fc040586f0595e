import type { Log } from '../shared/log.ts';
import { endProcess } from './end-process.ts';

/** Where a server listens: `http://host:port`, with the actual port if the option was 0. */
export interface ServedUrls {
  readonly url: string;
  /** Of /metrics, if it has a port of its own; null otherwise. */
  readonly metricsUrl: string | null;
}

/** A server, or the workers that serve, from its start to its end. */
export interface Running extends ServedUrls {
  /**
   * Resolves with the exit code when everything is closed: 0, or 1 if the server could not continue or a step of its
   * shutdown failed, which the log explains.
   */
  readonly closed: Promise<number>;
  /**
   * Fails readiness for `drainMs`, unless `drain` is false. Then finishes the active requests, closes connections with
   * 1012, and releases everything. Never rejects, and resolves like `closed`.
   */
  close(options?: { readonly drain?: boolean }): Promise<number>;
}

/** A request to stop. */
export interface Stop {
  /** Whether to keep serving for a while, with failing readiness. */
  readonly drain: boolean;
}

export interface RunOptions {
  readonly urls: ServedUrls;
  /** For the log: `the server cannot continue`. */
  readonly subject: 'the server' | 'the workers';
  /** Signals and messages from outside. Once one of them has stopped the server, the process ends. */
  readonly stops: readonly Promise<Stop>[];
  /** Resolves with the cause if the server cannot continue. */
  readonly failure: Promise<Error> | undefined;
  /** Whether the process ends after a failure. */
  readonly ownsProcess: boolean;
  /** Resolves with false if a step failed, after logging why. Must not reject. */
  readonly close: (stop: Stop) => Promise<boolean>;
  readonly log: Log;
}

interface End extends Stop {
  readonly isFailure: boolean;
  readonly endsProcess: boolean;
}

/** Waits for the end of something that has started: a stop, a failure, or a call of `close`. */
export function run({ urls, subject, stops, failure, ownsProcess, close, log }: RunOptions): Running {
  const requested = Promise.withResolvers<End>();
  const ends = [
    requested.promise,
    ...stops.map((stop) => stop.then(({ drain }): End => ({ drain, isFailure: false, endsProcess: true }))),
    ...(failure === undefined ? [] : [failure.then(failed)]),
  ];

  function failed(err: Error): End {
    log.error({ err }, `${subject} cannot continue`);
    return { drain: false, isFailure: true, endsProcess: ownsProcess };
  }

  async function end(): Promise<number> {
    const { drain, isFailure, endsProcess } = await Promise.race(ends);
    const isClean = await close({ drain });
    log.info({}, 'stopped');
    const exitCode = isClean && !isFailure ? 0 : 1;
    if (endsProcess) endProcess(exitCode);
    return exitCode;
  }

  const closed = end();
  return {
    ...urls,
    closed,
    close({ drain = true } = {}) {
      requested.resolve({ drain, isFailure: false, endsProcess: false });
      return closed;
    },
  };
}
