export interface NamedFunctions<Target> {
  readonly functions: Iterable<
    readonly [name: string, call: (target: Target, content: unknown, options: unknown) => unknown]
  >;
  readonly getters?: Readonly<Record<string, (target: Target) => unknown>>;
}

/**
 * Returns a function that creates objects with functions named after a contract: each object is about one target, such
 * as a connection. The names may be any text. All objects share the functions, so creating one costs one field.
 */
export function createNamedFunctions<Target>({
  functions,
  getters = {},
}: NamedFunctions<Target>): (target: Target) => object {
  class Functions {
    readonly #target: Target;

    constructor(target: Target) {
      this.#target = target;
    }

    /** Static, because the members of the objects are the contract's. */
    static targetOf(object: Functions): Target {
      return object.#target;
    }
  }
  for (const [name, call] of functions) {
    Object.defineProperty(Functions.prototype, name, {
      configurable: true,
      enumerable: true,
      value(this: Functions, content: unknown, options: unknown) {
        return call(Functions.targetOf(this), content, options);
      },
    });
  }
  for (const [name, read] of Object.entries(getters)) {
    Object.defineProperty(Functions.prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: Functions) {
        return read(Functions.targetOf(this));
      },
    });
  }
  return (target) => new Functions(target);
}
