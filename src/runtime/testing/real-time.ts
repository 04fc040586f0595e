/** Node's own timers and clocks. They are saved before `moveGlobals` replaces them. */
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

const nowMs = performance.now.bind(performance);

export const realTime = {
  setTimeout: timers.setTimeout,
  clearTimeout: timers.clearTimeout,
  clearInterval: timers.clearInterval,
  setImmediate: timers.setImmediate,
  wait: timersPromises.setTimeout,
  Date,
  /** Milliseconds since the start of the process. */
  nowMs,
};
