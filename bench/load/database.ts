import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepareEngine } from '../../scripts/dev/services/engine.ts';
import { postgres } from '../../scripts/dev/services/postgres.ts';
import { cpuOfTree } from '../process-cpu.ts';

/** A new PostgreSQL with its default settings, so with fsync on. It stops with this process at the latest. */
export interface Database {
  readonly url: string;
  /** Of all of its processes so far. */
  cpuSeconds(): number;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

/** The reason if databases cannot be started here, otherwise null. */
export function whyNoDatabase(): string | null {
  return postgres.isInstalled() ? null : `PostgreSQL is not installed (${postgres.install})`;
}

export async function startDatabase(): Promise<Database> {
  const engine = await prepareEngine(postgres);
  const { folder } = engine.config;
  await engine.start();
  const pid = Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n', 1)[0]);
  const kill = (): void => {
    // An immediate shutdown, which also ends the other processes.
    process.kill(pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', kill);
  return {
    url: engine.url,
    cpuSeconds: () => cpuOfTree(pid),
    async remove() {
      process.off('exit', kill);
      await engine.remove();
    },
  };
}
