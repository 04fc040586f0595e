import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, runCommand } from './run-command.ts';

/** A program that is built once and kept between runs, outside of the repository. */
export interface Binary {
  readonly path: string;
  /** Builds it where it is not there. Resolves with why it cannot be built, or with null. */
  prepare(): Promise<string | null>;
}

/**
 * @param name of the program, which `build` is to put into `folder`
 * @param version changes with whatever the program is built of
 */
export function createBinary(name: string, version: string, build: (folder: string) => Command): Binary {
  const kept = join(cacheFolder(), `${name}-${version}`);
  const path = join(kept, name);
  let prepared: Promise<string | null> | null = null;

  async function prepare(): Promise<string | null> {
    if (existsSync(path)) return null;
    await mkdir(cacheFolder(), { recursive: true });
    const folder = await mkdtemp(join(cacheFolder(), 'building-'));
    const failure = await runCommand(build(folder));
    // Fails where another process has built the same meanwhile.
    if (failure === null) await rename(folder, kept).catch(() => {});
    await rm(folder, { recursive: true, force: true });
    return failure;
  }

  return {
    path,
    prepare() {
      // What cannot be built is not tried again for each scenario.
      prepared ??= prepare();
      return prepared;
    },
  };
}

/** XDG Base Directory Specification. */
function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'posted-bench');
}

/** A version for what is built of the files of a folder alone. */
export function versionOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of globSync('*', { cwd: folder }).toSorted()) {
    hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
