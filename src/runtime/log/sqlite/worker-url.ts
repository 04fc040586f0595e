import { extname } from 'node:path';

/** The script of a thread. It has the extension of this file: .ts in the repository, .js when published. */
export function workerUrl(name: string): URL {
  return new URL(`./${name}${extname(new URL(import.meta.url).pathname)}`, import.meta.url);
}
