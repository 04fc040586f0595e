import { isSent, type MessageEvent, type SentMessage } from '../../../../src/runtime/log/event.ts';

/** The mark of the event with this seq. */
export function markOf(seq: number): number {
  return seq === 0 ? 0 : 0xf000_0000 + seq;
}

/** A message, which can be sent unless `others` says otherwise. */
export function messageAt(seq: number, others: Partial<MessageEvent> = {}): MessageEvent {
  return {
    seq,
    mark: markOf(seq),
    createdAtMs: 0,
    kind: 'message',
    channel: 'orders',
    message: 'placed',
    topic: 'ada',
    also: [],
    entity: null,
    payload: JSON.stringify({ number: seq }),
    revises: null,
    ...others,
  };
}

/** @throws TypeError for an event that is sent to nobody */
export function sentAt(seq: number, others: Partial<MessageEvent> = {}): SentMessage {
  const message = messageAt(seq, others);
  if (isSent(message)) return message;
  throw new TypeError('the event is sent to nobody');
}
