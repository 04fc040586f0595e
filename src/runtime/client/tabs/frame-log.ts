import type { Frame } from '../platform.ts';

/** A durable message as the server sent it. */
export interface LogEntry {
  readonly cursor: string;
  readonly frame: Frame;
}

export interface LogSnapshot {
  /** The cursor before the first entry. */
  readonly base: string;
  readonly entries: readonly LogEntry[];
}

const maxEntries = 512;
const maxBytes = 4_194_304;

/**
 * The newest messages of a shared connection, and their cursors in order. A position is the number of messages before it,
 * so that cursors, which nobody can compare, can be ordered.
 */
export class FrameLog {
  #base: string;
  #entries: LogEntry[] = [];
  /** The position of the first entry. */
  #first = 0;
  #bytes = 0;
  readonly #positions = new Map<string, number>();

  constructor({ base, entries }: LogSnapshot) {
    this.#base = base;
    this.#positions.set(base, 0);
    for (const entry of entries) this.push(entry);
  }

  get snapshot(): LogSnapshot {
    return { base: this.#base, entries: [...this.#entries] };
  }

  get first(): number {
    return this.#first;
  }

  /** The position after the newest message. */
  get end(): number {
    return this.#first + this.#entries.length;
  }

  get newest(): string {
    return this.#entries.at(-1)?.cursor ?? this.#base;
  }

  push(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.frame.length;
    this.#positions.set(entry.cursor, this.end);
    while (this.#entries.length > maxEntries || (this.#bytes > maxBytes && this.#entries.length > 1)) {
      this.#dropFirst();
    }
  }

  /** Undefined for a cursor that is not in the log, or not any more. */
  positionOf(cursor: string): number | undefined {
    return this.#positions.get(cursor);
  }

  cursorAt(position: number): string | undefined {
    return position === this.#first ? this.#base : this.#entries[position - this.#first - 1]?.cursor;
  }

  #dropFirst(): void {
    const dropped = this.#entries.shift();
    if (dropped === undefined) return;
    this.#bytes -= dropped.frame.length;
    this.#first += 1;
    this.#base = dropped.cursor;
    for (const [cursor, position] of this.#positions) {
      if (position >= this.#first) break;
      this.#positions.delete(cursor);
    }
  }
}
