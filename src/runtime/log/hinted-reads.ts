import type { EventSequence } from './event-sequence.ts';
import { MergedCalls } from './merged-calls.ts';

export interface HintedReadsOptions {
  /** Of the events that were read or offered. */
  readonly sequence: Pick<EventSequence, 'position'>;
  /** Joins a read in progress, or begins one that goes at least up to this seq if the log does. Must not reject. */
  readonly read: (seq: number) => Promise<unknown>;
  /** The minimum time between two reads. */
  readonly intervalMs: number;
}

/** Reads the log because of hints: at once, but while hints are frequent, once for several of them. */
export class HintedReads {
  readonly #options: HintedReadsOptions;
  readonly #calls: MergedCalls;
  /** The newest seq of the hints that no read has followed. */
  #newest = 0;

  constructor(options: HintedReadsOptions) {
    this.#options = options;
    this.#calls = new MergedCalls(() => this.#read(), options.intervalMs);
  }

  /** The log may have reached `headSeq`, or not. */
  add(headSeq: number): void {
    this.#newest = Math.max(this.#newest, headSeq);
    this.#calls.call();
  }

  async #read(): Promise<void> {
    const { sequence, read } = this.#options;
    const seq = this.#newest;
    this.#newest = 0;
    // The first read may have begun before the event was appended; the second has not.
    for (let reads = 0; reads < 2 && sequence.position.seq < seq; reads += 1) await read(seq);
  }
}
