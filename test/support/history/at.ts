/** @throws RangeError if the list has no such index */
export function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no element at index ${index}`);
  return value;
}
