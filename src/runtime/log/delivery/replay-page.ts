import { changedEvent } from '../changed-event.ts';
import type { Position } from '../cursor.ts';
import type { LogEvent, MessageEvent } from '../event.ts';
import { memoryOf } from '../event-memory.ts';

/** Consecutive events that were read from the log. A redaction or revision that is applied changes them. */
export class ReplayPage {
  /** Whether a subscriber that has no room may keep it for later. */
  readonly isKept: boolean;
  /** An estimate, in bytes. */
  readonly memory: number;
  /** How many subscribers use it. */
  holders = 0;
  lastUsedMs = performance.now();
  readonly #after: Position;
  readonly #events: LogEvent[];
  /** The indexes of the events of each entity, from the first change on. */
  #indexes: Map<string, number[]> | null = null;

  constructor(after: Position, events: readonly LogEvent[], isKept: boolean) {
    this.isKept = isKept;
    this.#after = after;
    this.#events = [...events];
    this.memory = events.reduce((sum, event) => sum + memoryOf(event), 0);
  }

  /** Whether the event after the position is here, in the same history. */
  continues({ seq, mark }: Position): boolean {
    const index = seq - this.#after.seq;
    if (index < 0 || index >= this.#events.length) return false;
    return (index === 0 ? this.#after.mark : this.#events[index - 1]?.mark) === mark;
  }

  *eventsAfter(seq: number): Generator<LogEvent> {
    for (let index = seq - this.#after.seq; index < this.#events.length; index += 1) {
      const event = this.#events[index];
      if (event !== undefined) yield event;
    }
  }

  change(change: MessageEvent & { readonly entity: string }): void {
    this.#indexes ??= indexesByEntity(this.#events);
    for (const index of this.#indexes.get(change.entity) ?? []) {
      const event = this.#events[index];
      if (event !== undefined) this.#events[index] = changedEvent(event, change);
    }
  }
}

function indexesByEntity(events: readonly LogEvent[]): Map<string, number[]> {
  const indexes = new Map<string, number[]>();
  for (const [index, event] of events.entries()) {
    const entity = 'entity' in event ? event.entity : null;
    if (entity === null) continue;
    const known = indexes.get(entity);
    if (known === undefined) indexes.set(entity, [index]);
    else known.push(index);
  }
  return indexes;
}
