import { registerHooks } from 'node:module';
import { onTestFinished } from 'vitest';

/** Lets the test's imports of a module fail, as those of a page do when it is offline. Returns how many there were. */
export function makeUnloadable(file: string): () => number {
  let attempts = 0;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.endsWith(`/${file}`)) return next(specifier, context);
      attempts += 1;
      throw new TypeError('Failed to fetch dynamically imported module');
    },
  });
  onTestFinished(() => hooks.deregister());
  return () => attempts;
}
