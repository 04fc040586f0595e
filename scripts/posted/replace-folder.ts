import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { GenerationError, type Problem } from './contract/generation-error.ts';
import { isGenerated } from './source/preamble.ts';

/**
 * Lets `fill` write a new version of a folder of generated files, then swaps it in, so that no stale files remain.
 * The folder stays untouched if `fill` fails or changes nothing.
 *
 * @throws GenerationError if the folder contains files that were not generated
 */
export async function replaceFolder(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  await refuseForeignFiles(folder);
  await mkdir(dirname(target), { recursive: true });
  // Next to the target: a rename is atomic only within one file system.
  const staging = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const [fresh, old] = [join(staging, 'fresh'), join(staging, 'old')];
    await mkdir(fresh);
    await fill(fresh);
    // An unchanged folder must not trigger its watchers.
    if ((await differences(fresh, target)).length === 0) return;
    const existed = await renameIfExists(target, old);
    try {
      await rename(fresh, target);
    } catch (thrown) {
      if (existed) await rename(old, target);
      throw thrown;
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Python caches compiled modules next to their sources. */
const pythonCache = /(^|\/)__pycache__\//;

/** The sorted paths of all files in a folder, relative to it and with slashes; empty if the folder does not exist. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .filter((path) => !pythonCache.test(path))
      .toSorted();
  } catch (thrown) {
    // A file that disappears during the listing does not make the folder empty.
    if (isMissing(thrown) && !existsSync(folder)) return [];
    throw thrown;
  }
}

/** A file that exists in only one of two folders, or differs between them. */
interface Difference {
  readonly path: string;
  readonly kind: 'missing' | 'unexpected' | 'changed';
}

/** Compares a folder byte for byte with its expected content. */
export async function differences(expected: string, actual: string): Promise<readonly Difference[]> {
  const [wantedPaths, actualPaths] = [new Set(await filesIn(expected)), new Set(await filesIn(actual))];
  const drift: Difference[] = [];
  for (const path of [...wantedPaths.union(actualPaths)].toSorted()) {
    if (!actualPaths.has(path)) drift.push({ path, kind: 'missing' });
    else if (!wantedPaths.has(path)) drift.push({ path, kind: 'unexpected' });
    else if (!(await isSame(join(expected, path), join(actual, path)))) drift.push({ path, kind: 'changed' });
  }
  return drift;
}

async function isSame(one: string, other: string): Promise<boolean> {
  return (await readFile(one)).equals(await readFile(other));
}

async function refuseForeignFiles(folder: string): Promise<void> {
  const problems: Problem[] = [];
  for (const path of await filesIn(folder)) {
    const file = join(folder, path);
    if (await isReplaceable(file)) continue;
    const fix = `move it out of ${folder}, or choose another --out`;
    problems.push({
      file,
      line: 1,
      column: 1,
      pointer: '',
      what: 'this file was not generated and would be deleted',
      fix,
    });
  }
  if (problems.length > 0) throw new GenerationError(problems);
}

/** Generated files and empty files may be replaced. */
async function isReplaceable(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(64) });
    return bytesRead === 0 || isGenerated(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

async function renameIfExists(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (thrown) {
    if (isMissing(thrown)) return false;
    throw thrown;
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
