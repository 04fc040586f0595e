import { type FSWatcher, watch } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Editors write a file in several steps, and switching a branch changes several files. */
const settleMs = 40;

const documents: ReadonlySet<string> = new Set(['.json', '.yaml', '.yml']);

/** Tells of changes of files. Their folders are watched: many editors put a new file in the place of the old one. */
export class FileChanges {
  readonly #watchers = new Map<string, FSWatcher>();
  #files: ReadonlySet<string> = new Set();
  #isAnyDocument = false;
  #isChanged = false;
  #wake: () => void = () => {};

  /** From now on these files count, and with `orAnyDocument` every JSON or YAML file beside one of them. */
  async watch(files: readonly string[], { orAnyDocument = false } = {}): Promise<void> {
    this.#files = new Set(await Promise.all(files.map(realPath)));
    this.#isAnyDocument = orAnyDocument;
    const folders = new Set([...this.#files].map((file) => dirname(file)));
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#watchFolder(folder);
  }

  /** Resolves when files have changed since the last call and have settled, or when `signal` is aborted. */
  async next(signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolvePromise) => {
      this.#wake = resolvePromise;
    });
    const stop = (): void => this.#wake();
    signal.addEventListener('abort', stop, { once: true });
    if (!this.#isChanged && !signal.aborted) await woken;
    signal.removeEventListener('abort', stop);
    while (this.#isChanged && !signal.aborted) {
      this.#isChanged = false;
      await delay(settleMs);
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watchFolder(folder: string): void {
    let watcher: FSWatcher;
    try {
      watcher = watch(folder, (_event, name) => {
        if (name === null || this.#counts(join(folder, name))) this.#change();
      });
    } catch {
      // A folder that is not there: that its file is missing is told by whoever reads it.
      return;
    }
    watcher.on('error', () => {
      watcher.close();
      this.#watchers.delete(folder);
      this.#change();
    });
    this.#watchers.set(folder, watcher);
  }

  #counts(path: string): boolean {
    return this.#files.has(path) || (this.#isAnyDocument && documents.has(extname(path)));
  }

  #change(): void {
    this.#isChanged = true;
    this.#wake();
  }
}

/** Behind links: what is written is the file itself. */
async function realPath(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    // It may come back; its folder, which may be behind a link, tells.
    const path = resolve(file);
    return join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
  }
}
