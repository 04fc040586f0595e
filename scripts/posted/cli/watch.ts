import { FileChanges } from './file-changes.ts';
import { print, reportError } from './reporter.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `generate`, which resolves with the files of the contract, and calls it again after each change of these
 * files until a signal arrives. Problems in the contract are printed, and watching continues. Resolves with the exit
 * code.
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
      const generated = await generateOrReport(generate);
      files = generated ?? files;
      // The references of a broken contract are unknown: the fix may be in a file that was never read.
      await changes.watch(files, { anyDocument: generated === null, sinceMs });
      if (stopped.signal.aborted) break;
      print(`watching ${files.length} ${files.length === 1 ? 'file' : 'files'}; press Ctrl-C to stop`);
      await changes.next(stopped.signal);
    }
  } finally {
    changes.close();
    for (const signal of signals) process.off(signal, stop);
  }
  return 0;
}

/** Resolves with null after an error, which is printed. */
async function generateOrReport(
  generate: () => Promise<readonly string[]>,
): Promise<readonly string[] | null> {
  try {
    return await generate();
  } catch (thrown) {
    reportError(thrown);
    return null;
  }
}
