import { PostedClientError } from './client-error.ts';
import type { CursorStore } from './cursor-store.ts';
import { withTimeout } from './with-timeout.ts';

/** How long the client waits for the last save before it ends. */
const lastSaveMs = 3_000;

/** Loads and saves the cursor: one save at a time, always the newest cursor, however slow the store is. */
export class CursorKeeper {
  readonly #store: CursorStore;
  readonly #report: (error: PostedClientError) => void;
  #next: string | null = null;
  /** Not null while a save is running. */
  #saving: Promise<void> | null = null;
  #isFailing = false;

  constructor(store: CursorStore, report: (error: PostedClientError) => void) {
    this.#store = store;
    this.#report = report;
  }

  /** Returns the saved cursor, or the error `cursor_store`. */
  async load(timeoutMs: number, signal: AbortSignal): Promise<string | null | PostedClientError> {
    try {
      const loading = call(() => this.#store.load());
      // A store in plain JavaScript may return undefined.
      return (await withTimeout(loading, timeoutMs, signal)) ?? null;
    } catch (cause) {
      return storeError('The cursor could not be loaded', cause);
    }
  }

  save(cursor: string): void {
    this.#next = cursor;
    this.#saving ??= this.#saveAll();
  }

  /** Resolves when everything is saved, or after the time limit. */
  async saved(): Promise<void> {
    if (this.#saving === null) return;
    try {
      await withTimeout(this.#saving, lastSaveMs, new AbortController().signal);
    } catch (cause) {
      this.#report(storeError('The cursor could not be saved', cause));
    }
  }

  async #saveAll(): Promise<void> {
    while (this.#next !== null) {
      const cursor = this.#next;
      this.#next = null;
      try {
        await call(() => this.#store.save(cursor));
        this.#isFailing = false;
      } catch (cause) {
        // Reported once: a full disk would cause an error for every message.
        if (!this.#isFailing) this.#report(storeError('The cursor could not be saved', cause));
        this.#isFailing = true;
      }
    }
    this.#saving = null;
  }
}

/** Turns a synchronous throw into a rejection. */
async function call<Value>(callback: () => Value | Promise<Value>): Promise<Value> {
  return callback();
}

function storeError(problem: string, cause: unknown): PostedClientError {
  const detail = cause instanceof Error ? cause.message : 'the store gave no reason';
  return new PostedClientError('cursor_store', `${problem}: ${detail}.`, { cause });
}
