/** JSON Pointer (RFC 6901), alone and as the fragment of a URI, which is what `$ref` holds. */

export function joinPointer(pointer: string, ...keys: readonly (string | number)[]): string {
  return keys.reduce<string>(
    (path, key) => `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    pointer,
  );
}

export function splitPointer(pointer: string): readonly string[] {
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

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
