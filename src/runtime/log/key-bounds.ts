import type { Log } from '../shared/log.ts';
import { LogLimit } from '../shared/log-limit.ts';
import type { LogEngine } from './engine.ts';

export interface KeyBoundsDeps {
  readonly engine: Pick<LogEngine, 'trimKeys'>;
  /** 0 means no limit. */
  readonly maxKeysPerUser: number;
  readonly log: Log;
}

/** The users whose new keys are counted at the same time. The others start over. */
const maxCounted = 10_000;

/**
 * Returns a function to call with the user of each new idempotency key. It removes a user's oldest keys once in a while,
 * so that a user has at most a tenth more than the limit, and no write waits for it.
 */
export function createKeyBounds({ engine, maxKeysPerUser, log }: KeyBoundsDeps): (user: string) => void {
  if (maxKeysPerUser === 0) return () => {};
  const failures = new LogLimit(log, { maxRecords: 1, windowMs: 60_000 });
  const slack = Math.ceil(maxKeysPerUser / 10);
  const counts = new Map<string, number>();

  return (user) => {
    const count = (counts.get(user) ?? 0) + 1;
    if (count >= slack) {
      counts.delete(user);
      engine.trimKeys(user, maxKeysPerUser).catch((err: unknown) => {
        failures.write('error', {}, { err }, 'cannot remove the oldest idempotency keys of a user');
      });
      return;
    }
    if (counts.size >= maxCounted) counts.clear();
    counts.set(user, count);
  };
}
