import type { DevTools } from './dev-tools.ts';
import type { Numbered } from './numbered-publisher.ts';
import type { PageEvent, PageSettings, TimedPageEvent } from './page-events.ts';

/** A tab with a client, and all that its page has reported. */
export class Tab {
  /** By their numbers: a page may report them again. */
  readonly #events: TimedPageEvent[] = [];
  readonly #devTools: DevTools;

  #isClosed = false;

  private constructor(devTools: DevTools) {
    this.#devTools = devTools;
    devTools.on('Runtime.bindingCalled', ({ payload }) => {
      for (const event of JSON.parse(String(payload)) as readonly TimedPageEvent[])
        this.#events[event.index] = event;
    });
  }

  static async open(devTools: DevTools, pageUrl: string, settings: PageSettings): Promise<Tab> {
    const tab = new Tab(devTools);
    await devTools.send('Page.enable');
    await devTools.send('Network.enable');
    await devTools.send('Runtime.enable');
    await devTools.send('Runtime.addBinding', { name: 'report' });
    const url = `${pageUrl}#${encodeURIComponent(JSON.stringify(settings))}`;
    await devTools.send('Page.navigate', { url });
    return tab;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get state(): string {
    return this.#last('status')?.state ?? 'connecting';
  }

  /** The publisher's messages, in the order of their arrival. */
  get received(): readonly Numbered[] {
    return this.#reported.filter((event) => event.kind === 'message');
  }

  /** When the client was not open any more, for the first time since then; null if it has not left that state. */
  leftOpenMs(sinceMs: number): number | null {
    const left = this.#reported.find(
      (event) => event.kind === 'status' && event.state !== 'open' && event.atMs >= sinceMs,
    );
    return left?.atMs ?? null;
  }

  get problems(): readonly string[] {
    return this.#reported.flatMap((event) => (event.kind === 'problem' ? event.text : []));
  }

  get wasRestored(): boolean {
    return this.#last('shown')?.persisted === true;
  }

  get wasFrozen(): boolean {
    return this.#last('frozen') !== undefined;
  }

  async setOffline(offline: boolean): Promise<void> {
    const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.#devTools.send('Network.emulateNetworkConditions', { offline, ...unlimited });
  }

  /** Hides the page and freezes it: a visible one cannot be frozen. */
  async freeze(): Promise<void> {
    await this.#setWindow('minimized');
    await this.#devTools.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async unfreeze(): Promise<void> {
    await this.#devTools.send('Page.setWebLifecycleState', { state: 'active' });
    await this.#setWindow('normal');
  }

  async leaveFor(url: string): Promise<void> {
    await this.#devTools.send('Page.navigate', { url });
  }

  async goBack(): Promise<void> {
    const { currentIndex, entries } = await this.#devTools.send<{
      currentIndex: number;
      entries: readonly { id: number }[];
    }>('Page.getNavigationHistory');
    await this.#devTools.send('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1]?.id });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The connection may end before the answer.
    await this.#devTools.send('Page.close').catch(() => {});
  }

  /** Without those that are missing. */
  get #reported(): readonly TimedPageEvent[] {
    return this.#events.filter(() => true);
  }

  async #setWindow(windowState: 'minimized' | 'normal'): Promise<void> {
    const { windowId } = await this.#devTools.send<{ windowId: number }>('Browser.getWindowForTarget');
    await this.#devTools.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
  }

  #last<Kind extends PageEvent['kind']>(kind: Kind) {
    return this.#reported.findLast(
      (event): event is Extract<TimedPageEvent, { kind: Kind }> => event.kind === kind,
    );
  }
}
