import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file of an earlier revision, with everything beside it that it may refer to. */
export interface FileOfRevision extends AsyncDisposable {
  readonly path: string;
  /** The temporary folder that takes the place of the repository. */
  readonly folder: string;
}

export class RevisionError extends Error {
  override readonly name = 'RevisionError';
}

/**
 * Writes a file as it was in a revision, and its folder, into a temporary folder, which the caller must dispose of.
 *
 * @throws RevisionError if git does not have it
 */
export async function fileOfRevision(file: string, revision: string): Promise<FileOfRevision> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-revision-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const here = await realpath(dirname(file));
    const git = async (...args: readonly string[]): Promise<string> => {
      const { stdout } = await run('git', ['-C', here, ...args]);
      return stdout.trim();
    };
    const root = await git('rev-parse', '--show-toplevel');
    const within = relative(await realpath(root), here);
    const archive = join(folder, 'revision.tar');
    // `--end-of-options`, so that a revision cannot be an option.
    const commit = await git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`);
    await run('git', [
      '-C',
      root,
      'archive',
      '--format=tar',
      `--output=${archive}`,
      commit,
      '--',
      within || '.',
    ]);
    await run('tar', ['-xf', archive, '-C', folder]);
    return { path: join(folder, within, basename(file)), folder, [Symbol.asyncDispose]: remove };
  } catch (cause) {
    await remove();
    const { stderr = '', message } = cause as Error & { readonly stderr?: string };
    const [reason = ''] = (stderr || message).trim().split('\n');
    throw new RevisionError(`cannot read ${file} of ${revision}: ${reason}`, { cause });
  }
}
