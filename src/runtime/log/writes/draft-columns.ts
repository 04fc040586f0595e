import type { EventDraft } from '../engine.ts';
import { newMark } from '../new-mark.ts';
import { storableText } from './storable-text.ts';

/** A drafted event in the columns of posted_event. */
export interface DraftColumns extends Omit<EventDraft, 'payload' | 'also'> {
  readonly also: string | null;
  readonly payload: string;
  readonly mark: number;
}

/** @throws PostedError `invalid_request` for U+0000 in the topic or the entity */
export function draftColumns({ also = [], payload, ...draft }: EventDraft): DraftColumns {
  storableText('topic', draft.topic);
  if (draft.entity !== undefined) storableText('entity', draft.entity);
  return {
    ...draft,
    also: also.length === 0 ? null : JSON.stringify(also),
    payload: JSON.stringify(payload) ?? 'null',
    mark: newMark(),
  };
}
