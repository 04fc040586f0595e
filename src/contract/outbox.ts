import { Due } from './due.ts';

/** What has frames to write. */
export interface Writer {
  flush(): void;
}

/**
 * Collects what becomes due in one turn of the event loop and writes it at the turn's end, so that
 * several frames for one socket leave it in one system call. Where that takes long, other work comes in
 * between; what becomes due meanwhile to a socket that still waits leaves with the rest, in order.
 */
export interface Outbox {
  /** What a writer with nothing to write begins with. */
  readonly start: Due;
  /** Flushes `writer` soon. Called by a writer when it has something to write, and again once it was flushed. */
  add(writer: Writer): void;
  /** Calls back once everything that was added until now has been flushed. */
  afterFlush(callback: () => void): void;
}

/** For how long sockets are written to before other work has its turn. */
const sliceMs = 8;

/** Writes between two looks at the clock. */
const stride = 32;

export function createOutbox(): Outbox {
  const start = Due.start();
  let writers: Writer[] = [];
  let flushed = 0;
  let callbacks: { readonly after: number; readonly call: () => void }[] = [];
  let isScheduled = false;

  function flush(): void {
    const endMs = performance.now() + sliceMs;
    while (flushed < writers.length) {
      writers[flushed]?.flush();
      flushed += 1;
      if (flushed % stride === 0 && performance.now() >= endMs) break;
    }
    const isDone = flushed >= writers.length;
    const due = callbacks.filter(({ after }) => after <= flushed);
    callbacks = isDone ? [] : callbacks.slice(due.length);
    isScheduled = !isDone;
    if (isDone) {
      writers = [];
      flushed = 0;
      start.forget();
    } else {
      setImmediate(flush);
    }
    for (const { call } of due) call();
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(flush);
  }

  return {
    start,
    add(writer) {
      writers.push(writer);
      schedule();
    },
    afterFlush(call) {
      callbacks.push({ after: writers.length, call });
      schedule();
    },
  };
}
