import { open, rename, writeFile } from 'node:fs/promises';
import type { CursorStore } from './cursor-store.ts';

/** Far more than a cursor takes: what is longer is none, whatever the file is. */
const maxBytes = 4_096;

/**
 * Keeps the cursor in a file of its own. It is written to `<path>.tmp`, flushed to the disk and
 * renamed, so that a crash leaves the old cursor or the new one, never half of one.
 */
export function fileCursor(path: string): CursorStore {
  const temporary = `${path}.tmp`;
  return {
    async load() {
      const text = (await readStart(path)).trim();
      return text === '' ? null : text;
    },
    async save(cursor) {
      await writeFile(temporary, `${cursor}\n`, { flush: true });
      await rename(temporary, path);
    },
  };
}

/** Empty where there is no file. */
async function readStart(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes));
    return buffer.toString('utf8', 0, bytesRead);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return '';
    throw thrown;
  }
}
