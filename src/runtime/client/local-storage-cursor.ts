import { PostedClientError } from './client-error.ts';
import type { CursorStore } from './cursor-store.ts';

/**
 * Keeps the cursor in the page's `localStorage` under a key, which is for one client: two tabs that
 * share it would skip what only the other has processed.
 *
 * @throws PostedClientError `invalid_options` where the page has no `localStorage`
 */
export function localStorageCursor(key: string): CursorStore {
  const storage = findStorage();
  return {
    load: () => storage.getItem(key),
    save: (cursor) => storage.setItem(key, cursor),
  };
}

function findStorage(): Storage {
  let cause: unknown;
  try {
    const { localStorage }: { readonly localStorage?: Storage } = globalThis;
    if (localStorage !== undefined) return localStorage;
  } catch (thrown) {
    // A page without an origin of its own, or a person who wants nothing kept.
    cause = thrown;
  }
  throw new PostedClientError(
    'invalid_options',
    'localStorageCursor: there is no localStorage here. Keep the cursor elsewhere, or use memoryCursor().',
    { cause },
  );
}
