import type { Log } from '../shared/log.ts';
import { LogLimit } from '../shared/log-limit.ts';
import type { LogEngine } from './engine.ts';

export interface KeyBoundsDeps {
  readonly engine: Pick<LogEngine, 'trimKeys' | 'trimPublisherKeys'>;
  /** 0 means no limit. */
  readonly maxKeysPerUser: number;
  /** The same for those of `appendOnce`. */
  readonly maxKeysPerPublisher: number;
  readonly log: Log;
}

/** To call with the user of each new idempotency key. */
export interface KeyBounds {
  /** Of the application's writes. */
  userKeyUsed(user: string): void;
  /** Of `appendOnce`. */
  publisherKeyUsed(user: string): void;
}

export const noKeyBounds: KeyBounds = { userKeyUsed() {}, publisherKeyUsed() {} };

/** The users whose new keys are counted at the same time. The others start over. */
const maxCounted = 10_000;

/**
 * Removes a user's oldest keys once in a while, so that a user has at most a tenth more than the limit, and no write
 * waits for it. Publishers are few and use many keys: theirs are also looked at after the first one of each process.
 */
export function createKeyBounds(deps: KeyBoundsDeps): KeyBounds {
  const { engine, maxKeysPerUser, maxKeysPerPublisher, log } = deps;
  const failures = new LogLimit(log, { maxRecords: 1, windowMs: 60_000 });
  const trimmed =
    (trim: LogEngine['trimKeys'], max: number) =>
    (user: string): void => {
      trim(user, max).catch((err: unknown) => {
        failures.write('error', {}, { err }, 'cannot remove the oldest idempotency keys of a user');
      });
    };
  return {
    userKeyUsed: afterEachTenth(
      maxKeysPerUser,
      0,
      trimmed((...args) => engine.trimKeys(...args), maxKeysPerUser),
    ),
    publisherKeyUsed: afterEachTenth(
      maxKeysPerPublisher,
      Number.POSITIVE_INFINITY,
      trimmed((...args) => engine.trimPublisherKeys(...args), maxKeysPerPublisher),
    ),
  };
}

/** Returns a function that counts its calls for each user, from `first`, and calls `trim` after each tenth of `max`. */
function afterEachTenth(max: number, first: number, trim: (user: string) => void): (user: string) => void {
  if (max === 0) return () => {};
  const slack = Math.ceil(max / 10);
  const counts = new Map<string, number>();

  return (user) => {
    const count = (counts.get(user) ?? first) + 1;
    if (counts.size >= maxCounted) counts.clear();
    counts.set(user, count >= slack ? 0 : count);
    if (count >= slack) trim(user);
  };
}
