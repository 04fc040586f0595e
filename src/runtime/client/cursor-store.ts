/**
 * Where a client keeps its cursor: the place up to which the application has processed everything.
 * One store is for one client at a time. The client asks once, saves one cursor at a time, and skips
 * those that a newer one has overtaken. What a store fails with goes to `onError`.
 */
export interface CursorStore {
  /** Null where nothing was saved yet. */
  load(): string | null | Promise<string | null>;
  save(cursor: string): void | Promise<void>;
}

/** Keeps the cursor in memory: enough for lost connections, not for a restart. */
export function memoryCursor(): CursorStore {
  let kept: string | null = null;
  return {
    load: () => kept,
    save(cursor) {
      kept = cursor;
    },
  };
}
