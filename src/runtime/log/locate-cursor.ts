import type { DecodedCursor, Position } from './cursor.ts';
import type { LogState } from './engine.ts';
import type { ResetReason } from './tail-listener.ts';

/** The history that a node follows, up to its tail. */
interface FollowedHistory {
  readonly epoch: string;
  readonly seq: number;
}

/** The position of a cursor, or why nothing can be resumed there. `state` must have been requested with the cursor's seq. */
export function locateCursor(
  cursor: DecodedCursor,
  tail: FollowedHistory,
  { floorSeq, marks }: Pick<LogState, 'floorSeq' | 'marks'>,
): Position | ResetReason {
  const { seq } = cursor;
  const claimed = cursor.markIn(tail.epoch);
  if (claimed === null) return 'epoch';
  if (seq < floorSeq) return 'expired';
  if (seq > tail.seq) return 'future';
  const mark = marks.get(seq);
  return mark === claimed ? { seq, mark } : 'epoch';
}
