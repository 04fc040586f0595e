/**
 * The errors behind one that a disposal threw, in the order in which they happened: an AsyncDisposableStack runs
 * all of its steps and nests what they throw in SuppressedErrors.
 */
export function disposalErrors(thrown: unknown): readonly unknown[] {
  if (!(thrown instanceof SuppressedError)) return [thrown];
  return [...disposalErrors(thrown.suppressed), ...disposalErrors(thrown.error)];
}
