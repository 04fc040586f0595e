/** Whether an object of this type may be left out: nothing in it is required. Of a union, the answers for each. */
export type Optional<Value> =
  Value extends Record<string, never> ? true : Partial<Value> extends Value ? true : false;
