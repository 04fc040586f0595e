import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { GenerationError, type Problem } from './contract/generation-error.ts';
import { isGenerated } from './source/preamble.ts';

/**
 * Lets `fill` write a new version of a folder of generated files, then swaps it in, so that no stale file remains.
 * If `fill` fails or changes nothing, the folder is not touched.
 *
 * @throws GenerationError if the folder contains files that were not generated
 */
export async function replaceFolder(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  await refuseForeignFiles(folder);
  await mkdir(dirname(target), { recursive: true });
  // Beside the target, because a rename is atomic only within one file system.
  const workshop = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const [fresh, old] = [join(workshop, 'fresh'), join(workshop, 'old')];
    await mkdir(fresh);
    await fill(fresh);
    // Watchers of the folder are not triggered for nothing.
    if ((await differences(fresh, target)).length === 0) return;
    const existed = await renameIfThere(target, old);
    try {
      await rename(fresh, target);
    } catch (thrown) {
      if (existed) await rename(old, target);
      throw thrown;
    }
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Python caches compiled modules beside their sources. */
const pythonCache = /(^|\/)__pycache__\//;

/** The sorted paths of all files in a folder, relative to it and with slashes; empty if there is no such folder. */
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

/** A file that only one of two folders has, or that differs between them. */
interface Difference {
  readonly path: string;
  readonly kind: 'missing' | 'unexpected' | 'changed';
}

/** Compares a folder with what it should contain, byte for byte. */
export async function differences(expected: string, actual: string): Promise<readonly Difference[]> {
  const [wanted, found] = [new Set(await filesIn(expected)), new Set(await filesIn(actual))];
  const drift: Difference[] = [];
  for (const path of [...wanted.union(found)].toSorted()) {
    if (!found.has(path)) drift.push({ path, kind: 'missing' });
    else if (!wanted.has(path)) drift.push({ path, kind: 'unexpected' });
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
      what: 'this file was not generated and would be lost',
      fix,
    });
  }
  if (problems.length > 0) throw new GenerationError(problems);
}

/** An empty file is free to replace. */
async function isReplaceable(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(64) });
    return bytesRead === 0 || isGenerated(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
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
