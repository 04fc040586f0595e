import { type Duration, parseDuration } from './duration.ts';
import { MovableTime } from './movable-time.ts';
import { moveGlobals } from './moved-globals.ts';

/**
 * The clock of this process: of servers, clients, handlers and tests. Time passes by itself, as always; a test can also
 * move it forward.
 */
export interface Clock {
  /**
   * Moves `Date`, `performance.now` and all timers forward, by milliseconds or a text such as `'90s'` or `'1h'`. Timers
   * that end on the way fire in order, each at its time, and the messages that they cause are delivered before the next
   * one fires. Resolves when all is delivered. What handlers await besides, such as a database, is not waited for.
   *
   * @throws TypeError if it is not a duration
   */
  advance(duration: Duration): Promise<void>;
}

interface SharedTime {
  readonly time: MovableTime;
  readonly restore: () => void;
}

/** There is one, because `Date` and the timers are those of the process. */
let shared: SharedTime | null = null;
let users = 0;

/** Makes time movable until the clock is disposed of. Clocks that exist at the same time are the same. */
export function useClock(): Clock & Disposable {
  shared ??= startTime();
  users += 1;
  const { time } = shared;
  return {
    async advance(duration) {
      await time.advance(parseDuration(duration));
    },
    [Symbol.dispose]() {
      users -= 1;
      if (users > 0) return;
      shared?.restore();
      shared = null;
    },
  };
}

function startTime(): SharedTime {
  if ('clock' in setTimeout) {
    throw new Error(
      'The timers of this process are fake already: use `clock` instead of vi.useFakeTimers().',
    );
  }
  const time = new MovableTime();
  return { time, restore: moveGlobals(time) };
}
