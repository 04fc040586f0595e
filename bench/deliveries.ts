import { setTimeout as sleep } from 'node:timers/promises';

/** Records which subscriber received which post, and its latency since the POST was sent. Every subscriber must receive every post. */
export class Deliveries {
  readonly #subscribers: number;
  readonly #filler: string;
  readonly #posts: { readonly sentAtMs: number; readonly seen: Uint8Array }[] = [];
  #latenciesMs: number[] = [];
  #arrived = 0;
  #duplicated = 0;

  constructor(subscribers: number, textBytes: number) {
    this.#subscribers = subscribers;
    this.#filler = 'x'.repeat(textBytes);
  }

  get posts(): number {
    return this.#posts.length;
  }

  get missing(): number {
    return this.#posts.length * this.#subscribers - this.#arrived;
  }

  get duplicated(): number {
    return this.#duplicated;
  }

  /** The text of the next post. Call it right before sending the post. */
  next(): string {
    const text = `${this.#posts.length} ${this.#filler}`.slice(0, Math.max(8, this.#filler.length));
    this.#posts.push({ sentAtMs: performance.now(), seen: new Uint8Array(this.#subscribers) });
    return text;
  }

  arrived(subscriber: number, text: string): void {
    const post = this.#posts[Number.parseInt(text, 10)];
    if (post === undefined) throw new Error('received a post that was never sent');
    if (post.seen[subscriber] === 1) {
      this.#duplicated += 1;
      return;
    }
    post.seen[subscriber] = 1;
    this.#arrived += 1;
    this.#latenciesMs.push(performance.now() - post.sentAtMs);
  }

  /** The latencies since the last call. */
  takeLatenciesMs(): readonly number[] {
    const latenciesMs = this.#latenciesMs;
    this.#latenciesMs = [];
    return latenciesMs;
  }

  /** Resolves when no delivery is missing, or at the time limit. */
  async complete(limitMs: number): Promise<void> {
    const deadlineMs = performance.now() + limitMs;
    while (this.missing > 0 && performance.now() < deadlineMs) await sleep(20);
  }

  /** The faults so far; empty if every subscriber received every post exactly once. */
  faults(): readonly string[] {
    return [
      ...(this.missing > 0 ? [`${this.missing} deliveries are missing`] : []),
      ...(this.#duplicated > 0 ? [`${this.#duplicated} duplicate deliveries`] : []),
    ];
  }
}
