import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Editors save a file in several steps. */
const settleMs = 40;

const sources = /(^|\/)(\.env|[^/]+\.([cm]?[jt]sx?|json))$/;

/** Detects changes of the source files in a project's folder, in any of its folders. */
export class FolderChanges {
  readonly #folder: string;
  readonly #ignored: ReadonlySet<string>;
  /** By folder in the project; '' is the project itself, whose folders have watchers of their own. */
  readonly #watchers = new Map<string, FSWatcher>();
  #changed = new Set<string>();
  #wake: () => void = () => {};

  /** `ignored` are names of files and folders at any depth, besides packages and hidden folders. */
  constructor(folder: string, ignored: readonly string[]) {
    this.#folder = folder;
    this.#ignored = new Set(['node_modules', ...ignored]);
    this.#watch('');
    this.#watchFolders();
  }

  /** Resolves with the paths that have changed since the last call, once they have settled; empty if aborted first. */
  async next(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const stop = (): void => this.#wake();
    signal.addEventListener('abort', stop, { once: true });
    if (this.#changed.size === 0 && !signal.aborted) await woken;
    signal.removeEventListener('abort', stop);
    let count = 0;
    while (count < this.#changed.size) {
      count = this.#changed.size;
      await delay(settleMs);
    }
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Packages are not watched: they have tens of thousands of files. */
  #watchFolders(): void {
    for (const entry of readdirSync(this.#folder, { withFileTypes: true })) {
      const { name } = entry;
      if (entry.isDirectory() && !name.startsWith('.') && !this.#ignored.has(name)) this.#watch(name);
    }
  }

  #watch(name: string): void {
    if (this.#watchers.has(name)) return;
    const watcher = watch(join(this.#folder, name), { recursive: name !== '' }, (_event, changed) => {
      const path = [name, ...(changed ?? '').split(/[\\/]/)].filter((part) => part !== '').join('/');
      if (name === '') this.#watchFolders();
      if (sources.test(path) && !path.split('/').some((part) => this.#ignored.has(part))) {
        this.#changed.add(path);
        this.#wake();
      }
    });
    watcher.on('error', () => {
      // The folder was removed. If it returns, it is watched again.
      watcher.close();
      this.#watchers.delete(name);
    });
    this.#watchers.set(name, watcher);
  }
}
