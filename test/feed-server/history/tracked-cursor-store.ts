import { type CursorStore, fileCursor, memoryCursor } from '../../../src/runtime/client/node.ts';
import type { Reader } from './schedule.ts';

/** The cursor store of a subscriber, which knows the last seen post behind the saved cursor. */
export class TrackedCursorStore {
  readonly #file: CursorStore | null;
  readonly #keys = new Map<string, string>();
  #savedKey: string | null = null;

  constructor(kind: Reader['cursors'], path: string) {
    this.#file = kind === 'file' ? fileCursor(path) : null;
  }

  /** The key of the last seen post behind the cursor of a new process; null if unknown. */
  get savedKey(): string | null {
    return this.#savedKey;
  }

  saw(key: string, cursor: string): void {
    if (this.#file !== null) this.#keys.set(cursor, key);
  }

  /** Opens the store for one process of the client. */
  open(): CursorStore {
    const file = this.#file;
    if (file === null) return memoryCursor();
    return {
      load: () => file.load(),
      save: async (cursor) => {
        await file.save(cursor);
        this.#savedKey = this.#keys.get(cursor) ?? this.#savedKey;
      },
    };
  }
}
