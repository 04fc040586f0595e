import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from 'posted/server';
import { PostedError } from 'posted/server';

const retryMs = { first: 250, most: 5000 };

/**
 * Resolves with what `read` gives, which is called again, for ever and with pauses, while the store is out of reach.
 * Each time is logged: nothing else tells why the server does not start.
 *
 * @throws Error that says what is wrong, where waiting would not help
 */
export async function untilAvailable<Result>(
  read: () => Promise<Result>,
  log: Pick<Log, 'warn'>,
): Promise<Result> {
  for (let waitMs = retryMs.first; ; waitMs = Math.min(waitMs * 2, retryMs.most)) {
    try {
      return await read();
    } catch (thrown) {
      const { code, message, cause } = PostedError.from(thrown);
      // A client is told less than whoever starts the server.
      const reason = cause instanceof Error ? cause.message : message;
      if (code !== 'unavailable') throw new Error(`the log cannot be read: ${reason}.`, { cause: thrown });
      log.warn({ cause: reason }, 'the log cannot be read: the server starts when it can; trying again');
      await wait(waitMs);
    }
  }
}
