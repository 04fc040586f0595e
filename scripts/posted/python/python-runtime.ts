import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContractTitle, preamble } from '../source/preamble.ts';

const runtime = join(import.meta.dirname, '../../../templates/python/runtime');

/** The modules of REST clients, which need httpx. */
export function isRestModule(file: string): boolean {
  return file.startsWith('rest_');
}

/** The module for messages in MessagePack, which needs msgpack. */
export const msgpackModule = 'msgpack_codec.py';

/** Copies the modules of the runtime that a package needs. */
export async function copyRuntime(
  title: ContractTitle,
  packageFolder: string,
  isNeeded: (file: string) => boolean,
): Promise<void> {
  const folder = join(packageFolder, '_runtime');
  await mkdir(folder, { recursive: true });
  const files = (await readdir(runtime)).filter((file) => file.endsWith('.py') && isNeeded(file));
  for (const file of files) {
    const source = await readFile(join(runtime, file), 'utf8');
    await writeFile(join(folder, file), `${preamble(title, 'python')}\n${source}`);
  }
}
