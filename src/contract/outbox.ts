/** What has frames to write. */
export interface Writer {
  flush(): void;
}

/**
 * Collects what becomes due in one turn of the event loop and writes it at the turn's end, so that
 * several frames for one socket leave it in one system call.
 */
export interface Outbox {
  /** Flushes `writer` at the end of this turn. Called once a turn for each writer, by the writer. */
  add(writer: Writer): void;
  /** Calls back once everything that was added in this turn has been flushed. */
  afterFlush(callback: () => void): void;
}

export function createOutbox(): Outbox {
  let writers: Writer[] = [];
  let callbacks: (() => void)[] = [];
  let scheduled = false;

  function flush(): void {
    const dueWriters = writers;
    const dueCallbacks = callbacks;
    writers = [];
    callbacks = [];
    scheduled = false;
    for (const writer of dueWriters) writer.flush();
    for (const callback of dueCallbacks) callback();
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  return {
    add(writer) {
      writers.push(writer);
      schedule();
    },
    afterFlush(callback) {
      callbacks.push(callback);
      schedule();
    },
  };
}
