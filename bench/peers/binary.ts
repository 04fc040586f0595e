import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, runCommand } from './run-command.ts';

/** A program that is built once and cached outside of the repository. */
export interface Binary {
  readonly path: string;
  /** Builds the program if needed. Resolves with the reason if it cannot be built, otherwise with null. */
  prepare(): Promise<string | null>;
}

/**
 * @param name the name of the program
 * @param version changes with the sources of the program
 * @param build must write `main` to `folder`
 * @param main the file name of the program; default: its name
 */
export function createBinary(
  name: string,
  version: string,
  build: (folder: string) => Command,
  main: string = name,
): Binary {
  const programFolder = (): string => join(cacheFolder(), `${name}-${version}`);
  let prepared: Promise<string | null> | null = null;

  async function prepare(): Promise<string | null> {
    if (existsSync(join(programFolder(), main))) return null;
    await mkdir(cacheFolder(), { recursive: true });
    const folder = await mkdtemp(join(cacheFolder(), 'building-'));
    const failure = await runCommand(build(folder));
    // Fails if another process has built the same program meanwhile.
    if (failure === null) await rename(folder, programFolder()).catch(() => {});
    await rm(folder, { recursive: true, force: true });
    return failure;
  }

  return {
    get path() {
      return join(programFolder(), main);
    },
    prepare() {
      // A failed build is not retried for each scenario.
      prepared ??= prepare();
      return prepared;
    },
  };
}

/** XDG Base Directory Specification. */
function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'posted-bench');
}

/** The version of a program that is built from the files of one folder. */
export function versionOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of globSync('*', { cwd: folder }).toSorted()) {
    hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
