import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabase, whyNoDatabase } from './database.ts';

/** The engines of our server's store. */
export const engines = ['sqlite', 'postgres'] as const;

export type EngineName = (typeof engines)[number];

export const engineTitles: Readonly<Record<EngineName, string>> = {
  sqlite: 'embedded store',
  postgres: 'PostgreSQL',
};

/** A new store, which outlives the servers that use it. */
export interface BenchStore {
  /** The settings of a server that uses it. */
  readonly settings: { readonly DATA_DIR: string; readonly DATABASE_URL?: string };
  /** The CPU seconds of the database so far; 0 for the embedded store, which is a part of the server. */
  cpuSeconds(): number;
  remove(): Promise<void>;
}

/** The reason if such a store cannot be created here, otherwise null. */
export function whyNoStore(engine: EngineName): string | null {
  return engine === 'postgres' ? whyNoDatabase() : null;
}

export async function createStore(engine: EngineName): Promise<BenchStore> {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'posted-bench-'));
  const removeFolder = () => rm(DATA_DIR, { recursive: true, force: true });
  if (engine === 'sqlite') return { settings: { DATA_DIR }, cpuSeconds: () => 0, remove: removeFolder };
  try {
    const database = await startDatabase();
    return {
      settings: { DATA_DIR, DATABASE_URL: database.url },
      cpuSeconds: () => database.cpuSeconds(),
      remove: () => database.remove().finally(removeFolder),
    };
  } catch (thrown) {
    await removeFolder();
    throw thrown;
  }
}
