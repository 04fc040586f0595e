import type { EventDraft, EventLog, IdempotencyKey } from '../log/index.ts';

/** A message to append, whose optional parts may be undefined. */
export type MessageDraft = { readonly [Name in keyof EventDraft]: EventDraft[Name] | undefined } & Pick<
  EventDraft,
  'channel' | 'message' | 'topic' | 'payload'
>;

/** Appends a message, or finds the one that was appended with the same key. Resolves with its seq. */
export async function appendMessage(
  log: Pick<EventLog, 'append' | 'appendOnce'>,
  { channel, message, topic, also, entity, payload }: MessageDraft,
  key: IdempotencyKey | undefined,
): Promise<number> {
  const event: EventDraft = {
    channel,
    message,
    topic,
    payload,
    ...(also === undefined ? {} : { also }),
    ...(entity === undefined ? {} : { entity }),
  };
  if (key !== undefined) return await log.appendOnce(event, key);
  const [appended] = await log.append([event]);
  if (appended === undefined) throw new Error('the log has not appended the event');
  return appended.seq;
}
