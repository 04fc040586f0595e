import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The arguments of node in `npm start`: its options and the server's file.
 *
 * @param root the folder of the project, or of another commit of it
 */
export function serverArguments(root: string = join(import.meta.dirname, '..')): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  const [, ...given] = scripts.start.split(' ');
  return given.map((each) => (each.startsWith('-') ? each : join(root, each)));
}
