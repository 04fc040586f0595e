import { PostedClientError } from './client-error.ts';

/**
 * Keeps a client's cursor: everything up to it has been processed by the application. A store belongs to
 * one client at a time, unless it has a `tab`. The client loads once, saves one cursor at a time, and skips cursors that a newer
 * one has replaced. Errors go to `onError`.
 */
export interface CursorStore {
  /** Null if nothing has been saved. */
  load(): string | null | Promise<string | null>;
  save(cursor: string): void | Promise<void>;
  /** Present if clients in several tabs may use the store at the same time. */
  readonly tab?: TabCursor;
}

/**
 * What tabs need to share a connection and a store. Such a store keeps the cursor of each tab, from which the tab continues
 * after a reload, so that it misses nothing that only other tabs have processed, and a common one for new tabs.
 */
export interface TabCursor {
  /** Tabs whose stores have the same name share one connection. */
  readonly name: string;
  /** Set by the client. While it is true, `save` keeps only the cursor of the tab; otherwise also the common one. */
  isShared: boolean;
  /** Saves the common cursor: what all tabs have processed. */
  saveForAll(cursor: string): void | Promise<void>;
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
 * Keeps the cursor in the page's `localStorage`, and that of the tab in its `sessionStorage`. Clients in any number of
 * tabs may use one key; two clients in one tab need a key each.
 *
 * @throws PostedClientError `invalid_options` if the page has no `localStorage`
 */
export function localStorageCursor(key: string): CursorStore {
  const common = findLocalStorage();
  const { sessionStorage: own }: { readonly sessionStorage?: Storage } = globalThis;
  const tab: TabCursor = {
    name: key,
    isShared: false,
    saveForAll: (cursor) => common.setItem(key, cursor),
  };
  return {
    tab,
    load: () => own?.getItem(key) ?? common.getItem(key),
    save(cursor) {
      own?.setItem(key, cursor);
      if (!tab.isShared) common.setItem(key, cursor);
    },
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
