import { PostedClientError } from './client-error.ts';
import type { CursorStore } from './cursor-store.ts';
import { within } from './wait.ts';

/** How long the end of a client may wait for the store. */
const lastSaveMs = 3_000;

/** Saves the cursor: one at a time, always the newest, whatever the store takes its time for. */
export class CursorKeeper {
  readonly #store: CursorStore;
  readonly #report: (error: PostedClientError) => void;
  #next: string | null = null;
  /** Not null while the store is at work. */
  #saving: Promise<void> | null = null;
  #isFailing = false;

  constructor(store: CursorStore, report: (error: PostedClientError) => void) {
    this.#store = store;
    this.#report = report;
  }

  /** What was saved before. The error, which is returned, is `cursor_store`. */
  async load(limitMs: number, signal: AbortSignal): Promise<string | null | PostedClientError> {
    try {
      const loading = Promise.try(() => this.#store.load());
      // Without a type checker, a store that has nothing easily gives undefined.
      return (await within(loading, limitMs, signal)) ?? null;
    } catch (cause) {
      return failure('The cursor could not be loaded', cause);
    }
  }

  save(cursor: string): void {
    this.#next = cursor;
    this.#saving ??= this.#saveAll();
  }

  /** Resolves when everything is saved, or the time for it is up. */
  async saved(): Promise<void> {
    if (this.#saving === null) return;
    try {
      await within(this.#saving, lastSaveMs, new AbortController().signal);
    } catch (cause) {
      this.#report(failure('The cursor could not be saved', cause));
    }
  }

  async #saveAll(): Promise<void> {
    while (this.#next !== null) {
      const cursor = this.#next;
      this.#next = null;
      try {
        await Promise.try(() => this.#store.save(cursor));
        this.#isFailing = false;
      } catch (cause) {
        // Said once: a full disk would be told of with every message.
        if (!this.#isFailing) this.#report(failure('The cursor could not be saved', cause));
        this.#isFailing = true;
      }
    }
    this.#saving = null;
  }
}

function failure(what: string, cause: unknown): PostedClientError {
  const why = cause instanceof Error ? cause.message : 'the store does not say why';
  return new PostedClientError('cursor_store', `${what}: ${why}.`, { cause });
}
