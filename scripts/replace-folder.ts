import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { GenerationError, type Problem } from './contract/problem.ts';
import { generatedMark } from './source/typescript-source.ts';

/**
 * Has `fill` write a new version of a folder of generated files, then puts it in the place of the old one, so
 * that nothing stale is left in it. When `fill` fails the folder stays as it is.
 *
 * @throws GenerationError for a folder that holds what was not generated
 */
export async function replaceFolder(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  await refuseForeignFiles(folder);
  await mkdir(dirname(target), { recursive: true });
  // Beside the target: only inside one file system is a rename a single step.
  const workshop = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const [fresh, old] = [join(workshop, 'fresh'), join(workshop, 'old')];
    await mkdir(fresh);
    await fill(fresh);
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

/** The paths of all files in a folder, from the folder, with slashes, in order; none for no folder. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .toSorted();
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw thrown;
  }
}

async function refuseForeignFiles(folder: string): Promise<void> {
  const problems: Problem[] = [];
  for (const path of await filesIn(folder)) {
    const file = join(folder, path);
    if (await isGenerated(file)) continue;
    const fix = `move it out of ${folder}, or name another --out`;
    problems.push({
      file,
      line: 1,
      column: 1,
      pointer: '',
      what: 'this file was not generated, and would be lost',
      fix,
    });
  }
  if (problems.length > 0) throw new GenerationError(problems);
}

async function isGenerated(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(generatedMark.length) });
    return buffer.toString('utf8', 0, bytesRead) === generatedMark;
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
