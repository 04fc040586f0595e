import { PostedClientError } from './client-error.ts';

/**
 * Keeps a client's cursor: everything up to it has been processed by the application. A store belongs to
 * one client at a time. The client loads once, saves one cursor at a time, and skips cursors that a newer
 * one has replaced. Errors go to `onError`.
 */
export interface CursorStore {
  /** Null if nothing has been saved. */
  load(): string | null | Promise<string | null>;
  save(cursor: string): void | Promise<void>;
}

/** Keeps the cursor in memory, so that it survives lost connections but not a restart. */
export function memoryCursor(): CursorStore {
  let saved: string | null = null;
  return {
    load: () => saved,
    save(cursor) {
      saved = cursor;
    },
  };
}

/**
 * Keeps the cursor in the page's `localStorage`. Use a key for one client only: of two tabs that share
 * it, each would skip what only the other has processed.
 *
 * @throws PostedClientError `invalid_options` if the page has no `localStorage`
 */
export function localStorageCursor(key: string): CursorStore {
  const storage = findLocalStorage();
  return {
    load: () => storage.getItem(key),
    save: (cursor) => storage.setItem(key, cursor),
  };
}

function findLocalStorage(): Storage {
  let cause: unknown;
  try {
    const { localStorage }: { readonly localStorage?: Storage } = globalThis;
    if (localStorage !== undefined) return localStorage;
  } catch (thrown) {
    // The page has an opaque origin, or the browser is set to block storage.
    cause = thrown;
  }
  throw new PostedClientError(
    'invalid_options',
    'localStorageCursor: localStorage is not available. Use another store, such as memoryCursor().',
    { cause },
  );
}
