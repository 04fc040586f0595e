/** SQLite's result codes, https://sqlite.org/rescode.html */
const primary = { busy: 5, ioError: 10, corrupt: 11, full: 13, notADatabase: 26 };

/** The WAL index could not grow, which a full disk causes. Nothing was committed. */
const cannotGrowIndex = 4874;

/** Whether reading or writing the file failed, after which its contents are unknown. */
export function isIoError(error: unknown): boolean {
  return primaryCode(error) === primary.ioError && !isDiskFull(error);
}

/** Whether there was no space for a write. It was rolled back, and the file is intact. */
export function isDiskFull(error: unknown): boolean {
  return primaryCode(error) === primary.full || extendedCode(error) === cannotGrowIndex;
}

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === primary.busy;
}

/** Whether the file is damaged, or not of SQLite. */
export function isDamaged(error: unknown): boolean {
  const code = primaryCode(error);
  return code === primary.corrupt || code === primary.notADatabase;
}

/** SQLite's message, for the log: it names tables and columns but contains no values. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'errcode' in error ? `${error.message} (SQLite ${String(error.errcode)})` : error.message;
}

function primaryCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  return code === undefined ? undefined : code & 0xff;
}

function extendedCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code : undefined;
}
