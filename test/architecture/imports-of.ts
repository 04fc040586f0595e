import { posix } from 'node:path';

/** An import of a source file, type imports included. */
export interface Import {
  /** A path from the root. */
  readonly from: string;
  /** A path from the root, or the name of a package with its entry point (`posted/server`, `node:fs`). */
  readonly to: string;
}

/** Static imports and re-exports, and dynamic imports of a literal. */
const specifier =
  /(?:^|\n)(?:import|export)\s[^'";]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

export function importsOf(from: string, text: string): readonly Import[] {
  return [...text.matchAll(specifier)].map(([, fromClause, sideEffect, dynamic]) => {
    const to = fromClause ?? sideEffect ?? dynamic ?? '';
    return { from, to: to.startsWith('.') ? posix.join(posix.dirname(from), to) : to };
  });
}
