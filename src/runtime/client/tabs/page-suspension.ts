/**
 * Whether the page may be frozen at any moment: it is in the back-forward cache, or the browser has said that it freezes
 * it. Such a page must hold no connection and no lock.
 */
export class PageSuspension {
  readonly #listeners = new Set<() => void>();
  #isSuspended = false;
  #wakers: (() => void)[] = [];

  constructor() {
    const page: Document | undefined = globalThis.document;
    const suspend = () => {
      this.#isSuspended = true;
      for (const listener of this.#listeners) listener();
    };
    const wake = () => {
      this.#isSuspended = false;
      for (const waker of this.#wakers.splice(0)) waker();
    };
    globalThis.addEventListener?.('pagehide', suspend);
    globalThis.addEventListener?.('pageshow', wake);
    page?.addEventListener('freeze', suspend);
    page?.addEventListener('resume', wake);
  }

  /** Returns how to stop. */
  onSuspend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async over(): Promise<void> {
    while (this.#isSuspended) await new Promise<void>((resolve) => void this.#wakers.push(resolve));
  }
}
