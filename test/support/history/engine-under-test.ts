import { setTimeout as delay } from 'node:timers/promises';
import { type DistantNetwork, openDistantNetwork } from '../../../scripts/dev/services/distant-network.ts';
import { type Engine, prepareEngine } from '../../../scripts/dev/services/engine.ts';
import type { EngineSpec } from '../../../scripts/dev/services/engine-spec.ts';

/** A database, a broker or a pooler of a run. Its operations run one after another. */
export class EngineUnderTest {
  #engine: Engine;
  readonly #network: DistantNetwork | undefined;
  readonly #started: AsyncDisposableStack;
  #queue: Promise<void> = Promise.resolve();

  private constructor(engine: Engine, network: DistantNetwork | undefined, started: AsyncDisposableStack) {
    this.#engine = engine;
    this.#network = network;
    this.#started = started;
  }

  /** `isDistant` makes its network one that can be cut. */
  static async start(spec: EngineSpec, isDistant: boolean): Promise<EngineUnderTest> {
    await using started = new AsyncDisposableStack();
    const network = isDistant ? openDistantNetwork() : undefined;
    started.defer(() => network?.close());
    const engine = await prepareEngine(spec, { ...(network && { network }) });
    started.defer(() => engine.remove());
    await engine.start();
    return new EngineUnderTest(engine, network, started.move());
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** Its network, if it can be cut. */
  get network(): DistantNetwork | undefined {
    return this.#network;
  }

  /** Kills it with kill -9, and restarts it after `pauseMs`. */
  kill(pauseMs: number): Promise<void> {
    return this.#enqueue(async () => {
      await this.#engine.kill();
      await delay(pauseMs);
      await this.#engine.start();
    });
  }

  freeze(forMs: number): Promise<void> {
    return this.#enqueue(async () => {
      this.#engine.freeze();
      await delay(forMs);
      this.#engine.thaw();
    });
  }

  /** Drops every packet to and from it. */
  cut(forMs: number): Promise<void> {
    return this.#enqueue(async () => {
      this.#network?.cut();
      await delay(forMs);
      this.#network?.restore();
    });
  }

  /** Runs `operation` while nothing is done to the engine. */
  exclusively(operation: () => Promise<void>): Promise<void> {
    return this.#enqueue(operation);
  }

  /**
   * Continues with the engine that `succeed` resolves with, and removes the previous one. Nothing else is done to
   * either until `succeeded` has resolved.
   */
  replace(
    succeed: (previous: Engine) => Promise<Engine>,
    succeeded: (successor: Engine) => Promise<void>,
  ): Promise<void> {
    return this.#enqueue(async () => {
      const previous = this.#engine;
      const successor = await succeed(previous);
      this.#engine = successor;
      this.#started.defer(() => successor.remove());
      await previous.remove();
      await succeeded(successor);
    });
  }

  async remove(): Promise<void> {
    await this.#queue;
    await this.#started.disposeAsync();
  }

  #enqueue(operation: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(operation);
    this.#queue = done.catch(() => {});
    return done;
  }
}
