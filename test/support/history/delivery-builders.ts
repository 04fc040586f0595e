import type {
  DeliveryHistory,
  LoggedEvent,
  LoggedMessage,
  ReaderHistory,
  ReaderLife,
  ReceivedMessage,
} from './delivery-history.ts';

const channel = 'orders /shops/s1/orders';

export const message = (seq: number, fields: Partial<LoggedMessage> = {}): LoggedMessage => ({
  kind: 'message',
  seq,
  channel,
  message: 'placed',
  topic: 's1',
  also: [],
  id: `m${seq}`,
  content: `content of m${seq}`,
  entity: null,
  redacts: false,
  revises: null,
  ...fields,
});

/** Ann joins at 1, leaves at 10, and joins again at 15. Each event is sent at 100 times its seq, and answered 10 later. */
export const events: readonly LoggedEvent[] = [
  { kind: 'join', seq: 1, user: 'ann', topic: 's1' },
  message(2),
  message(3),
  message(4, { topic: 'strange' }),
  message(5, { message: 'noted' }),
  message(6, { channel: 'orders /shops/s2/orders' }),
  message(7),
  message(8, { topic: 'strange', also: ['ann'] }),
  message(9),
  { kind: 'leave', seq: 10, user: 'ann', topic: 's1' },
  message(11),
  message(12),
  { kind: 'join', seq: 15, user: 'ann', topic: 's1' },
  message(16),
  message(17),
  message(18),
];

export const timesOf = (seq: number) => ({ sentMs: 100 * seq, answeredMs: 100 * seq + 10 });
export const receivedOf = (seq: number, fields: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  atMs: 100 * seq + 5,
  id: `m${seq}`,
  content: `content of m${seq}`,
  ...fields,
});

export const life = (...seqs: readonly number[]): ReaderLife => ({
  resumedAfter: null,
  received: seqs.map((seq) => receivedOf(seq)),
  resets: [],
});

/** What everybody gets of `events`. */
export const everything = [2, 3, 4, 7, 8, 9, 11, 12, 16, 17, 18];

export function reader(fields: Partial<ReaderHistory> = {}): ReaderHistory {
  return {
    name: 'reader',
    user: 'ann',
    channel,
    messages: ['placed'],
    audience: 'everyone',
    isResumable: true,
    beganMs: 0,
    snapshot: null,
    hasLeft: false,
    links: [{ fromMs: 0, toMs: null }],
    lives: [life(...everything)],
    ...fields,
  };
}

export function historyOf(
  readers: readonly ReaderHistory[],
  fields: Partial<DeliveryHistory> = {},
): DeliveryHistory {
  const logged = fields.events ?? events;
  return {
    retentionMs: null,
    events: logged,
    writes: logged.flatMap((event) =>
      event.kind === 'message' ? [{ id: event.id, entity: null, ...timesOf(event.seq) }] : [],
    ),
    memberships: logged.flatMap((event) =>
      event.kind === 'join' || event.kind === 'leave'
        ? [{ kind: event.kind, user: 'ann', topic: 's1', ...timesOf(event.seq) }]
        : [],
    ),
    epochBumps: [],
    readers,
    ...fields,
  };
}
