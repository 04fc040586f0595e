import { type CursorStore, fileCursor, memoryCursor } from '../../../src/runtime/client/node.ts';
import type { Reader } from './schedule.ts';

/** Where one subscriber's client keeps its cursor, and what is known of the posts behind it. */
export class CursorPlace {
  readonly #file: CursorStore | null;
  readonly #keys = new Map<string, string>();
  #savedKey: string | null = null;

  constructor(kind: Reader['cursors'], path: string) {
    this.#file = kind === 'file' ? fileCursor(path) : null;
  }

  /** The key of the last seen post that is behind the cursor of a new process; null where nobody knows it. */
  get savedKey(): string | null {
    return this.#savedKey;
  }

  saw(key: string, cursor: string): void {
    if (this.#file !== null) this.#keys.set(cursor, key);
  }

  /** For one process of the client. */
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
