import { onTestFinished } from 'vitest';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import {
  openPostgresEngine,
  type PostgresEngineOptions,
} from '../../../../src/runtime/log/postgres/postgres-engine.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';

/** Opens an engine on a database, with no tables but those of the log, and closes it at the end of the test. */
export async function openEngine(
  url: string,
  options: Partial<PostgresEngineOptions> = {},
): Promise<LogEngine> {
  const engine = await openPostgresEngine({ url, log: silentLog, migrations: () => ({}), ...options });
  onTestFinished(() => engine.close());
  return engine;
}
