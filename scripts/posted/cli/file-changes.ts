import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
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
  /** What has to appear before folders that are not there can be watched. */
  #awaited: ReadonlySet<string> = new Set();
  #isAnyDocument = false;
  #isChanged = false;
  #wake: () => void = () => {};

  /**
   * From now on these files count, and with `orAnyDocument` every JSON or YAML file beside one of them. What has
   * changed after `sinceMs`, the time when they were last read, counts as changed.
   */
  async watch(files: readonly string[], { orAnyDocument = false, sinceMs = Date.now() } = {}): Promise<void> {
    this.#files = new Set(await Promise.all(files.map(realPath)));
    this.#isAnyDocument = orAnyDocument;
    const wanted = [...new Set([...this.#files].map((file) => dirname(file)))].map(nearestFolder);
    this.#awaited = new Set(wanted.flatMap(({ missing }) => (missing === null ? [] : [missing])));
    const folders = new Set(wanted.map(({ folder }) => folder));
    for (const [folder, watcher] of this.#watchers) {
      if (!folders.has(folder)) this.#forget(folder, watcher);
    }
    const fresh = [...folders].filter((folder) => !this.#watchers.has(folder));
    for (const folder of fresh) this.#watchFolder(folder);
    // Nobody looked at them in between.
    const unseen = [...this.#files].filter((file) => fresh.includes(dirname(file)));
    if (unseen.some((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > sinceMs))
      this.#change();
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
        // So a folder says that it was itself removed or renamed: nothing more comes from there.
        if (name === basename(folder)) this.#forget(folder, watcher);
        if (name === null || name === basename(folder) || this.#counts(join(folder, name))) this.#change();
      });
    } catch (thrown) {
      if (existsSync(folder)) throw thrown;
      // It has just gone: what is missing now is found when it is read.
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

  #counts(path: string): boolean {
    return (
      this.#files.has(path) ||
      this.#awaited.has(path) ||
      (this.#isAnyDocument && documents.has(extname(path)))
    );
  }

  #change(): void {
    this.#isChanged = true;
    this.#wake();
  }
}

/** A folder, or where it is not there the nearest one above, and what is missing in that. */
function nearestFolder(folder: string): { readonly folder: string; readonly missing: string | null } {
  let [nearest, missing]: [string, string | null] = [folder, null];
  while (!existsSync(nearest) && dirname(nearest) !== nearest)
    [nearest, missing] = [dirname(nearest), nearest];
  return { folder: nearest, missing };
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
