import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The path of the AsyncAPI document in a folder. */
export function documentIn(folder: string): string | undefined {
  const names = ['asyncapi.yaml', 'asyncapi.yml', 'asyncapi.json'];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path));
}
