import type { EventDraft } from '../engine.ts';
import { newMark } from '../new-mark.ts';

/** A drafted event in the columns of posted_event. */
export interface DraftColumns extends Omit<EventDraft, 'payload' | 'also'> {
  readonly also: string | null;
  readonly payload: string;
  readonly mark: number;
}

export function draftColumns({ also = [], payload, ...draft }: EventDraft): DraftColumns {
  return {
    ...draft,
    also: also.length === 0 ? null : JSON.stringify(also),
    payload: JSON.stringify(payload) ?? 'null',
    mark: newMark(),
  };
}
