import { onTestFinished } from 'vitest';
import { type Engine, prepareEngine } from '../../scripts/dev/services/engine.ts';
import {
  createPgBouncer,
  hasPgBouncer,
  type PgBouncerOptions,
} from '../../scripts/dev/services/pgbouncer.ts';
import { requireService } from './services.ts';

/** Why tests with PgBouncer are skipped; null where they are not. */
export const noPgBouncer = requireService('pgbouncer', hasPgBouncer());

/** Starts PgBouncer in transaction mode in front of a database; it ends with the test. */
export async function startPgBouncer(options: PgBouncerOptions): Promise<Engine> {
  const engine = await prepareEngine(createPgBouncer(options));
  onTestFinished(() => engine.remove());
  await engine.start();
  return engine;
}
