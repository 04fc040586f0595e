import { PostedError } from '../errors.ts';
import { Refusal } from './refusal.ts';

/**
 * One span of time for several waits: what is still open at its end is rejected with a Refusal `timeout`, and what
 * comes later is handed to `late`.
 */
export function createDeadline(
  timeoutMs: number,
): <Value>(work: Promise<Value>, late: (value: Value) => void) => Promise<Value> {
  const endMs = performance.now() + timeoutMs;
  return (work, late) =>
    new Promise((resolve, reject) => {
      let isLate = false;
      const timer = setTimeout(
        () => {
          isLate = true;
          const error = new PostedError('unavailable', 'The handshake took too long.', {
            retryAfterSeconds: 1,
          });
          reject(new Refusal('timeout', error));
        },
        Math.max(0, endMs - performance.now()),
      );
      work.then(
        (value) => {
          clearTimeout(timer);
          if (isLate) late(value);
          else resolve(value);
        },
        (thrown: unknown) => {
          clearTimeout(timer);
          reject(thrown);
        },
      );
    });
}
