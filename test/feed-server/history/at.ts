/** @throws RangeError where the list has no such index */
export function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError(`there is nothing at ${index}`);
  return value;
}
