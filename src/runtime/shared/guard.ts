/** What a compiled validator says of one place in a value (Ajv's error object, the part that is used). */
export interface GuardError {
  /** JSON Pointer (RFC 6901) to the place in the value; '' is the value itself. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * A validator compiled from a contract's schema, as a type guard. The guards of parameters, queries
 * and headers, whose values arrive as text, also convert numbers and booleans and fill in defaults,
 * in place. `errors` belongs to the last call and is overwritten by the next.
 */
export interface Guard<Value> {
  (value: unknown): value is Value;
  errors?: readonly GuardError[] | null;
}

/**
 * Asks a guard about a value of any depth. The guards of schemas that contain themselves call themselves, and a
 * stranger's value may be nested more deeply than the stack is: such a value is refused like any other wrong one.
 */
export function accepts<Value>(guard: Guard<Value>, value: unknown): value is Value {
  try {
    return guard(value);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    guard.errors = [{ instancePath: '', keyword: '', message: 'is nested too deeply', params: {} }];
    return false;
  }
}

/**
 * Says what the last failed call of `guard` found, where, and what is allowed there: one sentence
 * that repeats the contract but never the value, so that it may be sent and logged. `subject` names
 * what was checked.
 */
export function explain(guard: Guard<unknown>, subject = ''): string {
  const error = guard.errors?.[0];
  if (error === undefined) return `${subject || 'the value'} does not match the contract`;
  const place = `${subject} ${error.instancePath}`.trim() || 'the value';
  return `${place} ${error.message ?? 'does not match the contract'}${detail(error)}`;
}

function detail({ keyword, params }: GuardError): string {
  switch (keyword) {
    case 'additionalProperties':
      return `: unknown property ${JSON.stringify(String(params.additionalProperty).slice(0, 64))}`;
    case 'enum':
      return `: ${JSON.stringify(params.allowedValues)}`;
    case 'const':
      return `: ${JSON.stringify(params.allowedValue)}`;
    default:
      return '';
  }
}
