import { existsSync, realpathSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../command.ts';

interface Copy {
  readonly from: string;
  readonly to: string;
}

/** How the files of a contract get into a project. */
export interface ContractCopies {
  /** The path of the document from the project's folder, with slashes. */
  readonly document: string;
  /** Empty if all files are already in the project. */
  readonly copies: readonly Copy[];
}

/**
 * Plans copies of a document and the files that it references, with the same relative paths between them.
 *
 * @throws UsageError if a different file exists at a path
 */
export async function planCopies(
  document: string,
  files: readonly string[],
  folder: string,
): Promise<ContractCopies> {
  const [source, target] = [realPath(document), realPath(folder)];
  const all = [...new Set([source, ...files.map(realPath)])];
  if (all.every((file) => isInside(file, target) && !isInside(file, join(target, 'node_modules')))) {
    return { document: pathFrom(target, source), copies: [] };
  }
  const base = all.map((file) => dirname(file)).reduce(commonFolder);
  const copies = all.map((from) => ({ from, to: join(target, relative(base, from)) }));
  for (const { from, to } of copies) {
    if (!existsSync(to) || (await readFile(from)).equals(await readFile(to))) continue;
    throw new UsageError(
      `${relative('', to)} already exists and differs from ${relative('', from)}: move or rename one of them.`,
    );
  }
  return { document: pathFrom(base, source), copies };
}

export async function copyFiles(copies: readonly Copy[]): Promise<void> {
  for (const { from, to } of copies) {
    await mkdir(dirname(to), { recursive: true });
    if (!existsSync(to)) await copyFile(from, to);
  }
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

function isInside(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function commonFolder(one: string, other: string): string {
  let folder = one;
  while (folder !== other && !isInside(other, folder)) folder = dirname(folder);
  return folder;
}

function pathFrom(folder: string, file: string): string {
  return relative(folder, file).replaceAll('\\', '/');
}
