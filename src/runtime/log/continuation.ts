import type { Position } from './cursor.ts';
import type { LogEngine, LogState, PageLimits } from './engine.ts';
import type { LogEvent } from './event.ts';

/**
 * A page of the events after the position; null if they were pruned, or if the log no longer continues the history of the
 * position. The event at the position is read with them, which proves it in the same statement.
 */
export async function readContinuation(
  engine: Pick<LogEngine, 'eventsAfter'>,
  { seq, mark }: Position,
  limits: PageLimits,
): Promise<readonly LogEvent[] | null> {
  const events = await engine.eventsAfter(Math.max(seq - 1, 0), limits);
  const [first, second] = events;
  if (first?.seq !== seq) return first?.seq === seq + 1 ? events : null;
  if (first.mark !== mark) return null;
  // The proof alone may fill a page.
  return second === undefined ? await engine.eventsAfter(seq, limits) : events.slice(1);
}

/**
 * How the log relates to a position in the history `epoch` that was once read from it: it continues there; the events
 * after it were pruned; it has a new history; or it has lost events, because a replica without them took over or an old
 * backup was restored, and nobody has begun a new history yet.
 */
export type HistoryChange = 'none' | 'pruned' | 'epoch' | 'lost';

/** `state` must have been requested with the position's seq. */
export function historyChange(epoch: string, { seq, mark }: Position, state: LogState): HistoryChange {
  if (state.epoch !== epoch) return 'epoch';
  if (state.headSeq < seq) return 'lost';
  const found = state.marks.get(seq);
  // Without a mark, the event was pruned.
  if (found !== undefined && found !== mark) return 'lost';
  return state.floorSeq > seq ? 'pruned' : 'none';
}

export function headOf({ headSeq, marks }: LogState): Position {
  return positionAt(headSeq, marks);
}

export function floorOf({ floorSeq, marks }: LogState): Position {
  return positionAt(floorSeq, marks);
}

function positionAt(seq: number, marks: ReadonlyMap<number, number>): Position {
  const mark = marks.get(seq);
  if (mark === undefined) throw new Error(`the log has no event ${seq}`);
  return { seq, mark };
}
