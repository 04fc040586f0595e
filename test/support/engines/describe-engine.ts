import { beforeAll, describe } from 'vitest';
import { type Engine, prepareEngine } from '../../../scripts/dev/services/engine.ts';
import type { EngineSpec } from '../../../scripts/dev/services/engine-spec.ts';
import { requireService } from '../services.ts';

/** An engine that a test may kill, freeze and start again. */
export interface TestEngine extends Engine {
  /** Has it run and answer, whatever a test before has done to it. */
  ensureRunning(): Promise<void>;
}

/** Tests that share a real engine. It is prepared before the first, not started; where it is not installed they are skipped. */
export function describeEngine(
  spec: EngineSpec,
  title: string,
  define: (engine: () => TestEngine) => void,
): void {
  const skipped = requireService(spec.name, spec.isInstalled());
  describe.skipIf(skipped !== null)(`${title}${skipped === null ? '' : ` (${skipped})`}`, () => {
    let engine: TestEngine;
    beforeAll(async () => {
      engine = withState(await prepareEngine(spec));
      return () => engine.remove();
    });
    define(() => engine);
  });
}

function withState(engine: Engine): TestEngine {
  let isRunning = false;
  return {
    ...engine,
    async start() {
      await engine.start();
      isRunning = true;
    },
    async kill() {
      await engine.kill();
      isRunning = false;
    },
    async ensureRunning() {
      engine.thaw();
      if (!isRunning) await this.start();
    },
  };
}
