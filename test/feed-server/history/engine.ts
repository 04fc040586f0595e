import { setTimeout as delay } from 'node:timers/promises';
import { type DistantNetwork, openDistantNetwork } from '../../../scripts/dev/services/distant-network.ts';
import { type Engine, prepareEngine } from '../../../scripts/dev/services/engine.ts';
import type { EngineSpec } from '../../../scripts/dev/services/engine-spec.ts';

/** An engine of a run. What is asked of it is done one after the other. */
export class EngineUnderTest {
  readonly #engine: Engine;
  readonly #network: DistantNetwork | undefined;
  readonly #started: AsyncDisposableStack;
  #last: Promise<void> = Promise.resolve();

  private constructor(engine: Engine, network: DistantNetwork | undefined, started: AsyncDisposableStack) {
    this.#engine = engine;
    this.#network = network;
    this.#started = started;
  }

  /** Starts it; `isDistant` tells whether it can be cut off. */
  static async start(spec: EngineSpec, isDistant: boolean): Promise<EngineUnderTest> {
    await using started = new AsyncDisposableStack();
    const network = isDistant ? openDistantNetwork() : undefined;
    started.defer(() => network?.close());
    const engine = await prepareEngine(spec, { ...(network && { network }) });
    started.defer(() => engine.remove());
    await engine.start();
    return new EngineUnderTest(engine, network, started.move());
  }

  get url(): string {
    return this.#engine.url;
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

  /** Drops what is on the way to it and from it. */
  cut(forMs: number): Promise<void> {
    return this.#next(async () => {
      this.#network?.cut();
      await delay(forMs);
      this.#network?.restore();
    });
  }

  /** Resolves with what `operation` does, during which nothing happens to the engine. */
  spare(operation: () => Promise<void>): Promise<void> {
    return this.#next(operation);
  }

  async remove(): Promise<void> {
    await this.#last;
    await this.#started.disposeAsync();
  }

  #next(operation: () => Promise<void>): Promise<void> {
    const done = this.#last.then(operation);
    this.#last = done.catch(() => {});
    return done;
  }
}
