import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The compiler's errors for a project of `prepareProject`, under this repository's settings; '' if there are none. */
export function typeCheck(project: string): string {
  const tsc = join(import.meta.dirname, '../../node_modules/.bin/tsc');
  try {
    return execFileSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
  } catch (thrown) {
    return (thrown as { readonly stdout: string }).stdout;
  }
}
