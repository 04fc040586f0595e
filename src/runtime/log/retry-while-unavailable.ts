import { setTimeout as wait } from 'node:timers/promises';
import { PostedError } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';

const retryMs = { min: 250, max: 5000 };

/**
 * Calls `read` until it succeeds, with a back-off, while the database is unavailable. Logs each failure, because nothing
 * else explains why the server does not start. `read` may be repeated after it has succeeded without an answer.
 *
 * @throws Error with the reason if retrying would not help
 */
export async function retryWhileUnavailable<Result>(read: () => Promise<Result>, log: Log): Promise<Result> {
  for (let waitMs = retryMs.min; ; waitMs = Math.min(waitMs * 2, retryMs.max)) {
    try {
      return await read();
    } catch (thrown) {
      const { code, message, cause } = PostedError.from(thrown);
      // The message is for clients; the cause is for operators.
      const reason = cause instanceof Error ? cause.message : message;
      if (code !== 'unavailable' && code !== 'outcome_unknown')
        throw new Error(`cannot read the log: ${reason}.`, { cause: thrown });
      log.warn({ cause: reason }, 'cannot read the log, which the server needs to start; trying again');
      await wait(waitMs);
    }
  }
}
