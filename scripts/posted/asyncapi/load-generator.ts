import { createRequire } from 'node:module';
import type { ParsedDocument } from './parsed-document.ts';

/** The part of @asyncapi/generator that is used; it ships no types. */
interface GeneratorOptions {
  readonly forceWrite: boolean;
  /** Whether to transpile the template first; false: it was, in the same place. */
  readonly compile: boolean;
  readonly templateParams: Readonly<Record<string, unknown>>;
}

type GeneratorClass = new (
  template: string,
  targetFolder: string,
  options: GeneratorOptions,
) => { generate(document: ParsedDocument): Promise<void> };

/** How it looks for packages that are installed globally. */
interface Requireg {
  resolve: (name: string) => string | undefined;
}

/**
 * Imports @asyncapi/generator. It looks for npm as it is loaded, with which it could install templates, and
 * throws where Node came without one; nothing is ever installed here, so that any answer will do.
 */
export function loadGenerator(): GeneratorClass {
  const require = createRequire(import.meta.url);
  const requireg: Requireg = createRequire(require.resolve('@asyncapi/generator'))('requireg');
  const { resolve } = requireg;
  requireg.resolve = (name) => resolve(name) ?? '';
  try {
    return require('@asyncapi/generator');
  } finally {
    requireg.resolve = resolve;
  }
}
