/** A tab that gets the messages of the shared connection. */
interface Attached {
  /** Up to here, its application has processed everything. */
  position: number;
  /** Since when it has had something to process, without progress. */
  waitingSinceMs: number;
}

/** How long a tab may process nothing while others do: well below the time after which a server ends the connection. */
const maxWaitMs = 10_000;

/** How much of the window one tab may use up before it gets a connection of its own. */
const maxShare = 0.75;

/** How far each tab has come. */
export class TabPositions {
  readonly #attached = new Map<string, Attached>();

  attach(tab: string, position: number): void {
    this.#attached.set(tab, { position, waitingSinceMs: performance.now() });
  }

  has(tab: string): boolean {
    return this.#attached.has(tab);
  }

  detach(tab: string): void {
    this.#attached.delete(tab);
  }

  moveTo(tab: string, position: number): void {
    const attached = this.#attached.get(tab);
    if (attached === undefined || position <= attached.position) return;
    attached.position = position;
    attached.waitingSinceMs = performance.now();
  }

  /** What all of them have processed; null without tabs. */
  get lowest(): number | null {
    const positions = [...this.#attached.values()].map(({ position }) => position);
    return positions.length === 0 ? null : Math.min(...positions);
  }

  /** The tabs that would stop others: they use up the window, or process nothing, although another one is much faster. */
  slow(end: number, window: number): readonly string[] {
    const now = performance.now();
    const leastLag = Math.min(...[...this.#attached.values()].map(({ position }) => end - position));
    return [...this.#attached].flatMap(([tab, attached]) => {
      const lag = end - attached.position;
      if (lag === 0) attached.waitingSinceMs = now;
      const fillsWindow = lag >= maxShare * window && leastLag <= lag / 2;
      const isStuck = now - attached.waitingSinceMs > maxWaitMs && leastLag < lag;
      return fillsWindow || isStuck ? [tab] : [];
    });
  }
}
