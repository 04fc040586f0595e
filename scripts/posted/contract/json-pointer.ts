/** JSON Pointers (RFC 6901), alone and as URI fragments, the form in which `$ref` has them. */

export function joinPointer(pointer: string, ...keys: readonly (string | number)[]): string {
  return keys.reduce<string>(
    (path, key) => `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    pointer,
  );
}

export function splitPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The pointer of a local `$ref`; null for a reference to another document. */
export function pointerOfReference(reference: string): string | null {
  if (reference === '#') return '';
  if (!reference.startsWith('#/')) return null;
  try {
    return decodeURIComponent(reference.slice(1));
  } catch {
    return null;
  }
}

/** The value at a pointer. Does not follow `$ref`. */
export function valueAt(document: unknown, pointer: string): unknown {
  return splitPointer(pointer).reduce<unknown>(
    (value, key) => (isContainer(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined),
    document,
  );
}

/** Sets the value at a pointer, and creates missing objects on the way. */
export function setAt(root: unknown, pointer: string, value: unknown): void {
  const keys = splitPointer(pointer);
  const last = keys.pop() ?? '';
  const parent = keys.reduce(
    (object, key) => {
      if (!Object.hasOwn(object, key)) object[key] = {};
      return object[key] as Record<string, unknown>;
    },
    root as Record<string, unknown>,
  );
  parent[last] = value;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The entry for a pointer or its nearest ancestor, and the keys from there to the pointer. */
export function nearestOf<Value>(
  entries: ReadonlyMap<string, Value>,
  pointer: string,
): readonly [Value, keys: readonly string[]] | undefined {
  const keys = splitPointer(pointer);
  for (let length = keys.length; length >= 0; length -= 1) {
    const found = entries.get(joinPointer('', ...keys.slice(0, length)));
    if (found !== undefined) return [found, keys.slice(length)];
  }
  return undefined;
}
