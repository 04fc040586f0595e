/**
 * The errors behind what a disposal threw, in the order in which they occurred: an AsyncDisposableStack runs all of its
 * steps and nests their errors in SuppressedErrors.
 */
export function disposalErrors(thrown: unknown): readonly unknown[] {
  if (!(thrown instanceof SuppressedError)) return [thrown];
  return [...disposalErrors(thrown.suppressed), ...disposalErrors(thrown.error)];
}
