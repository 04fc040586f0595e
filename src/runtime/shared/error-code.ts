/** The code of an error of Node's (`ENOENT`), which says what happened without quoting a value. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}
