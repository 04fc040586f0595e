import { open, rename, writeFile } from 'node:fs/promises';
import type { CursorStore } from './cursor-store.ts';

/** Far more than a cursor takes. Longer contents are not a cursor, so the rest is not read. */
const maxBytes = 4_096;

/**
 * Keeps the cursor in its own file. It is written to `<path>.tmp`, flushed to disk and renamed, so that
 * a crash leaves either the old or the new cursor, never part of one.
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

/** Empty if the file does not exist. */
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
