import { explain } from './explain.ts';
import { FileChanges } from './file-changes.ts';
import { complain, say } from './reporter.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `generate`, and again after each change of the files that it resolves with, until a signal ends it. A
 * contract with problems ends nothing: when it has been mended, the next call follows. Resolves with the exit code.
 */
export async function watch(
  documents: readonly string[],
  generate: () => Promise<readonly string[]>,
): Promise<number> {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  for (const signal of signals) process.once(signal, stop);
  const changes = new FileChanges();
  let files = documents;
  try {
    await changes.watch(files);
    while (!stopped.signal.aborted) {
      const sinceMs = Date.now();
      const read = await tryTo(generate);
      files = read ?? files;
      // What a broken contract refers to is not known: the file that mends it may be one that was never read.
      await changes.watch(files, { orAnyDocument: read === null, sinceMs });
      if (stopped.signal.aborted) break;
      say(`watching ${files.length} ${files.length === 1 ? 'file' : 'files'}; Ctrl-C ends it`);
      await changes.next(stopped.signal);
    }
  } finally {
    changes.close();
    for (const signal of signals) process.off(signal, stop);
  }
  return 0;
}

/** Null where it failed, which a person has been told. */
async function tryTo(generate: () => Promise<readonly string[]>): Promise<readonly string[] | null> {
  try {
    return await generate();
  } catch (thrown) {
    complain(explain(thrown).text);
    return null;
  }
}
