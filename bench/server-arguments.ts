import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The arguments of node in `npm start`: its options and the server's file. */
export function serverArguments(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  const [, ...given] = scripts.start.split(' ');
  return given.map((each) => (each.startsWith('-') ? each : join(root, each)));
}
