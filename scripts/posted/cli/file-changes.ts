import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Editors save a file in several steps, and switching branches changes several files. */
const settleMs = 40;

const documentExtensions: ReadonlySet<string> = new Set(['.json', '.yaml', '.yml']);

/** Detects changes of files. It watches their folders, because many editors replace a file instead of changing it. */
export class FileChanges {
  readonly #watchers = new Map<string, FSWatcher>();
  #files: ReadonlySet<string> = new Set();
  /** The paths that must appear before missing folders can be watched. */
  #missing: ReadonlySet<string> = new Set();
  #anyDocument = false;
  #hasChanged = false;
  #wake: () => void = () => {};

  /**
   * Watches these files from now on, and with `anyDocument` every JSON and YAML file in their folders too. A change
   * after `sinceMs`, the time when the files were last read, is not missed.
   */
  async watch(files: readonly string[], { anyDocument = false, sinceMs = Date.now() } = {}): Promise<void> {
    this.#files = new Set(await Promise.all(files.map(realPath)));
    this.#anyDocument = anyDocument;
    const wanted = [...new Set([...this.#files].map((file) => dirname(file)))].map(nearestFolder);
    this.#missing = new Set(wanted.flatMap(({ missing }) => (missing === null ? [] : [missing])));
    const folders = new Set(wanted.map(({ folder }) => folder));
    for (const [folder, watcher] of this.#watchers) {
      if (!folders.has(folder)) this.#forget(folder, watcher);
    }
    const fresh = [...folders].filter((folder) => !this.#watchers.has(folder));
    for (const folder of fresh) this.#watchFolder(folder);
    // Files of newly watched folders may have changed before watching began.
    const unwatched = [...this.#files].filter((file) => fresh.includes(dirname(file)));
    if (unwatched.some((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > sinceMs))
      this.#change();
  }

  /** Resolves with true when files have changed since the last call and have settled; with false if aborted first. */
  async next(signal: AbortSignal): Promise<boolean> {
    const woken = new Promise<void>((resolvePromise) => {
      this.#wake = resolvePromise;
    });
    const stop = (): void => this.#wake();
    signal.addEventListener('abort', stop, { once: true });
    if (!this.#hasChanged && !signal.aborted) await woken;
    signal.removeEventListener('abort', stop);
    const hasChanged = this.#hasChanged;
    while (this.#hasChanged) {
      this.#hasChanged = false;
      await delay(settleMs);
    }
    return hasChanged;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watchFolder(folder: string): void {
    let watcher: FSWatcher;
    try {
      watcher = watch(folder, (_event, name) => {
        // A folder's own name means that it was removed or renamed: it sends no more events.
        if (name === basename(folder)) this.#forget(folder, watcher);
        if (name === null || name === basename(folder) || this.#isRelevant(join(folder, name)))
          this.#change();
      });
    } catch (thrown) {
      if (existsSync(folder)) throw thrown;
      // The folder has just been removed, which the next read reports.
      this.#change();
      return;
    }
    watcher.on('error', () => {
      this.#forget(folder, watcher);
      this.#change();
    });
    this.#watchers.set(folder, watcher);
  }

  #forget(folder: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(folder);
  }

  #isRelevant(path: string): boolean {
    return (
      this.#files.has(path) ||
      this.#missing.has(path) ||
      (this.#anyDocument && documentExtensions.has(extname(path)))
    );
  }

  #change(): void {
    this.#hasChanged = true;
    this.#wake();
  }
}

/** The folder, or its nearest ancestor that exists with the child that is missing there. */
function nearestFolder(folder: string): { readonly folder: string; readonly missing: string | null } {
  let [nearest, missing]: [string, string | null] = [folder, null];
  while (!existsSync(nearest) && dirname(nearest) !== nearest)
    [nearest, missing] = [dirname(nearest), nearest];
  return { folder: nearest, missing };
}

/** Resolves links, because events name the real file. */
async function realPath(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    // The file is missing, but may return in its folder, which may be a link too.
    const path = resolve(file);
    return join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
  }
}
