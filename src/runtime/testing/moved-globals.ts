import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import type { MovableTime } from './movable-time.ts';
import { MovableTimer } from './movable-timer.ts';
import { realTime } from './real-time.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * Replaces the timers of this process, also those that modules have imported from node:timers and node:timers/promises,
 * and its clocks `Date` and `performance.now`. Returns how to restore them. Timers that are active then continue.
 *
 * `setImmediate` and `process.nextTick` stay, because streams and sockets work with them.
 */
export function moveGlobals(time: MovableTime): () => void {
  const wait = createWait(time);
  const functions = {
    setTimeout: Object.assign(createStart(time, false), { [promisify.custom]: wait }),
    setInterval: createStart(time, true),
  };
  const replaced = [
    replace(globalThis, { ...functions, Date: createDate(time) }),
    replace(timers, functions),
    replace(timersPromises, { setTimeout: wait, setInterval: createRepeat(wait) }),
    replace(timersPromises.scheduler, {
      wait: (delayMs: number, options?: object) => wait(delayMs, undefined, options),
    }),
    replace(realTime.Date, { now: () => time.dateMs }),
    replace(performance, { now: () => time.nowMs }),
    replace(AbortSignal, { timeout: createTimeoutSignal(time) }),
  ];
  replaceClear();
  syncBuiltinESMExports();
  return () => {
    for (const restore of replaced) restore();
    syncBuiltinESMExports();
  };
}

function replace(target: object, members: Members): () => void {
  const before = Object.keys(members).map(
    (name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const,
  );
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, descriptor);
    }
  };
}

type Callback = (...args: readonly unknown[]) => void;

function createStart(time: MovableTime, repeats: boolean) {
  return (callback: Callback, delayMs?: number, ...args: readonly unknown[]): MovableTimer => {
    // The error that Node throws.
    if (typeof callback !== 'function') realTime.setTimeout(callback);
    return new MovableTimer(time, () => callback(...args), delayMs, repeats);
  };
}

/** Replaces functions that also clear Node's own timers. They stay, because timers may outlive a test. */
function replaceClear(): void {
  const functions = {
    clearTimeout: createClear(realTime.clearTimeout),
    clearInterval: createClear(realTime.clearInterval),
  };
  replace(globalThis, functions);
  replace(timers, functions);
}

function createClear(clear: typeof clearTimeout) {
  return (timer?: MovableTimer | NodeJS.Timeout | number | string): void => {
    const movable = timer instanceof MovableTimer ? timer : MovableTimer.byId(timer);
    if (movable === undefined) clear(timer as NodeJS.Timeout);
    else movable.close();
  };
}

interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

type Wait = <Value>(delayMs?: number, value?: Value, options?: WaitOptions) => Promise<Value | undefined>;

function createWait(time: MovableTime): Wait {
  return (delayMs, value, options = {}) =>
    new Promise((resolve) => {
      const { signal, ref = true } = options;
      // An aborted wait rejects with the error that Node creates.
      const abort = (): void => resolve(realTime.wait(1, value, options));
      if (signal?.aborted) {
        abort();
        return;
      }
      const onAbort = (): void => {
        timer.close();
        abort();
      };
      const timer = new MovableTimer(
        time,
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(value);
        },
        delayMs,
      );
      if (!ref) timer.unref();
      signal?.addEventListener('abort', onAbort, { once: true });
    });
}

function createRepeat(wait: Wait) {
  return async function* repeat<Value>(delayMs?: number, value?: Value, options?: WaitOptions) {
    for (;;) yield await wait(delayMs, value, options);
  };
}

function createTimeoutSignal(time: MovableTime): typeof AbortSignal.timeout {
  return (delayMs) => {
    const controller = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    new MovableTimer(time, () => controller.abort(reason), delayMs).unref();
    return controller.signal;
  };
}

/** A proxy, so that `instanceof Date` and everything else about dates stays as it is. */
function createDate(time: MovableTime): DateConstructor {
  return new Proxy(realTime.Date, {
    apply: (target) => new target(time.dateMs).toString(),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [time.dateMs] : args, newTarget),
  });
}
