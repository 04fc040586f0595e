import { PostedError } from '../errors.ts';
import type { Limit } from './limit.ts';
import { RateCounter } from './rate-counter.ts';

/** After how many milliseconds something is allowed; 0: it is allowed, and counted. */
export type Wait = number;

/** Counts by key. A promise only if the count is not in this process. */
export interface Counter {
  take(key: string): Wait | Promise<Wait>;
}

/** One thing that a client did, for one of its limits. */
export interface Take<Counting extends Counter = Counter> {
  readonly counter: Counting;
  readonly key: string;
}

/**
 * Creates what counts for a limit; `name` identifies the limit among those of the contract, on all nodes. A counter must
 * not reject: what it rejects with fails the message or the request.
 */
export interface Limiter {
  (name: string, limit: Limit): Counter;
  /**
   * Takes from several of its counters in turn, until one asks for a wait, which is the result. Default: `take` of each,
   * when the one before has answered.
   */
  takeAll?(takes: readonly Take[]): Wait | Promise<Wait>;
}

/** Counts in the memory of this process. */
export const memoryLimiter: Limiter = (_name, limit) => new RateCounter(limit);

/** Who did something. */
export interface LimitedClient {
  readonly user?: { readonly id: string } | undefined;
  /** As `clientNetwork` returns it; '' if it is unknown, and then nothing is limited by address. */
  readonly address: string;
}

/** Counts something that a client did: the longest wait that a limit asks for. */
export type LimitCheck = (client: LimitedClient) => Wait | Promise<Wait>;

/** Limits with what counts for them, which several checks can share. */
export interface CountedLimit {
  readonly per: Limit['per'];
  readonly counter: Counter;
}

export function countLimits(
  name: string,
  limits: readonly Limit[],
  limiter: Limiter,
): readonly CountedLimit[] {
  return limits.map((limit, index) => {
    const { per, rate, seconds, burst } = limit;
    // Nodes whose limits differ, such as during an upgrade, must not read each other's counts.
    const id = [name, index, per, rate, seconds, burst ?? ''].join(' ');
    return { per, counter: limiter(id, limit) };
  });
}

/** Checks limits in turn, until one of them is exceeded; undefined without limits. */
export function createLimitCheck(limits: readonly CountedLimit[], limiter: Limiter): LimitCheck | undefined {
  if (limits.length === 0) return undefined;

  function checkFrom(start: number, client: LimitedClient): Wait | Promise<Wait> {
    for (let index = start; index < limits.length; index += 1) {
      const limit = limits[index] as CountedLimit;
      const key = keyOf(limit, client);
      if (key === '') continue;
      const wait = limit.counter.take(key);
      if (typeof wait !== 'number') return wait.then((ms) => ms || checkFrom(index + 1, client));
      if (wait > 0) return wait;
    }
    return 0;
  }

  const takeAll = limiter.takeAll?.bind(limiter);
  if (takeAll === undefined) return (client) => checkFrom(0, client);
  return (client) => {
    const takes = limits
      .map((limit) => ({ counter: limit.counter, key: keyOf(limit, client) }))
      .filter(({ key }) => key !== '');
    return takes.length === 0 ? 0 : takeAll(takes);
  };
}

function keyOf({ per }: CountedLimit, { user, address }: LimitedClient): string {
  if (per === 'address') return address;
  // The space keeps addresses apart from users with such an id.
  return user?.id ?? (address && ` ${address}`);
}

/** The error for a client that has to wait. */
export function tooManyRequests(retryAfterMs: Wait): PostedError {
  return new PostedError('too_many_requests', `Too many requests. Try again in ${retryAfterMs} ms.`, {
    retryAfterMs,
  });
}
