import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What the compiler says of a project that `prepareProject` has made, under this repository's own settings; '' for nothing. */
export function typeCheck(project: string): string {
  const tsc = join(import.meta.dirname, '../../node_modules/.bin/tsc');
  try {
    return execFileSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
  } catch (thrown) {
    return (thrown as { readonly stdout: string }).stdout;
  }
}
