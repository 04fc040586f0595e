/** An error of a validator: the part of Ajv's error object that is used. */
export interface GuardError {
  /** A JSON Pointer (RFC 6901) into the value; '' is the value itself. */
  readonly instancePath: string;
  readonly keyword?: string;
  readonly message?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * A validator compiled from a contract's schema, as a type guard. The guards of parameters, queries and headers, whose
 * values arrive as text, also convert numbers and booleans and fill in defaults, in place. Each call overwrites `errors`.
 */
export interface Guard<Value> {
  (value: unknown): value is Value;
  errors?: readonly GuardError[] | null;
}

/**
 * Checks a value of any depth. The guards of recursive schemas are recursive too, so an untrusted value may be nested too
 * deeply for the stack. It is then refused like any other invalid value.
 */
export function accepts<Value>(guard: Guard<Value>, value: unknown): value is Value {
  try {
    return guard(value);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    guard.errors = [{ instancePath: '', message: 'is nested too deeply' }];
    return false;
  }
}

/**
 * Describes the first error of the last call of `guard`: what is wrong, where, and what is allowed. The text quotes the
 * contract but never the value, so that it may be sent and logged. `subject` names what was checked.
 */
export function explain(guard: Guard<unknown>, subject = ''): string {
  const error = guard.errors?.[0];
  if (error === undefined) return `${subject || 'the value'} does not match the contract`;
  const location = `${subject} ${error.instancePath}`.trim() || 'the value';
  return `${location} ${error.message ?? 'does not match the contract'}${detail(error)}`;
}

function detail({ keyword, params = {} }: GuardError): string {
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
