import { onTestFinished } from 'vitest';
import {
  type DistantNetwork,
  openDistantNetwork,
  whyNoNetworks,
} from '../../scripts/dev/services/distant-network.ts';
import { type Engine, prepareEngine } from '../../scripts/dev/services/engine.ts';
import type { EngineSpec } from '../../scripts/dev/services/engine-spec.ts';
import { requireService } from './services.ts';

/** Why tests with networks of their own are skipped; null where they are not. */
export const noNetworks = requireService('network namespaces (iproute2, as root)', whyNoNetworks() === null);

/** Starts an engine in a network of its own; both go with the test. */
export async function startDistantEngine(
  spec: EngineSpec,
): Promise<{ readonly engine: Engine; readonly network: DistantNetwork }> {
  const network = openDistantNetwork();
  onTestFinished(() => network.close());
  const engine = await prepareEngine(spec, { network });
  onTestFinished(() => engine.remove());
  await engine.start();
  return { engine, network };
}
