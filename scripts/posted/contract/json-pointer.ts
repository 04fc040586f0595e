/** JSON Pointer (RFC 6901), alone and as the fragment of a URI, which is what `$ref` holds. */

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

/** The pointer that a local `$ref` holds; null for a reference to another document. */
export function pointerOfReference(reference: string): string | null {
  if (reference === '#') return '';
  if (!reference.startsWith('#/')) return null;
  try {
    return decodeURIComponent(reference.slice(1));
  } catch {
    return null;
  }
}

/** The value at a pointer, without following any `$ref` on the way. */
export function valueAt(document: unknown, pointer: string): unknown {
  return splitPointer(pointer).reduce<unknown>(
    (value, key) => (isContainer(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined),
    document,
  );
}

/** Puts a value where a pointer leads, and objects on the way where there are none. */
export function setAt(root: unknown, pointer: string, value: unknown): void {
  const keys = splitPointer(pointer);
  const last = keys.pop() ?? '';
  const holder = keys.reduce(
    (object, key) => {
      if (!Object.hasOwn(object, key)) object[key] = {};
      return object[key] as Record<string, unknown>;
    },
    root as Record<string, unknown>,
  );
  holder[last] = value;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What is known of the nearest place at or around a pointer, and the keys that lead on from there. */
export function nearestOf<Known>(
  known: ReadonlyMap<string, Known>,
  pointer: string,
): readonly [Known, keys: readonly string[]] | undefined {
  const keys = splitPointer(pointer);
  for (let length = keys.length; length >= 0; length -= 1) {
    const found = known.get(joinPointer('', ...keys.slice(0, length)));
    if (found !== undefined) return [found, keys.slice(length)];
  }
  return undefined;
}
