import { setTimeout as delay } from 'node:timers/promises';

/** A program that servers depend on, as a run troubles it. */
export interface Engine {
  /** Ends all of its processes at once by SIGKILL. */
  kill(): Promise<void>;
  /** Stops all of its processes, as a machine that hangs would, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Starts it anew on what it has stored. */
  start(): Promise<void>;
  /** Ends it and removes everything. */
  remove(): Promise<void>;
}

/** An engine of a run. What is asked of it is done one after the other. */
export class EngineUnderTest {
  readonly #engine: Engine;
  #last: Promise<void> = Promise.resolve();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** kill -9, and a start after `pauseMs`. */
  kill(pauseMs: number): Promise<void> {
    return this.#next(async () => {
      await this.#engine.kill();
      await delay(pauseMs);
      await this.#engine.start();
    });
  }

  freeze(forMs: number): Promise<void> {
    return this.#next(async () => {
      this.#engine.freeze();
      await delay(forMs);
      this.#engine.thaw();
    });
  }

  /** Resolves with what `operation` does, during which nothing happens to the engine. */
  spare(operation: () => Promise<void>): Promise<void> {
    return this.#next(operation);
  }

  async remove(): Promise<void> {
    await this.#last;
    await this.#engine.remove();
  }

  #next(operation: () => Promise<void>): Promise<void> {
    const done = this.#last.then(operation);
    this.#last = done.catch(() => {});
    return done;
  }
}
