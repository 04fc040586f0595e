import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkDeliveries } from './check-deliveries.ts';
import { historyOf, life, message, reader, receivedOf } from './delivery-builders.ts';
import {
  type DeliveryHistory,
  type LoggedEvent,
  loadDeliveryHistory,
  type ReaderHistory,
  type ReceivedMessage,
  type ReceivedReset,
  saveDeliveryHistory,
} from './delivery-history.ts';
import { itJudges } from './it-judges.ts';
import type { FaultKind } from './verdict.ts';

/** The first message is edited, and the next two are deleted, with and without a message that announces it. */
const events: readonly LoggedEvent[] = [
  message(2, { entity: 'edited' }),
  message(3, { entity: 'deleted' }),
  message(4, { entity: 'removed' }),
  message(5, { message: 'changed', entity: 'edited', revises: 'placed', content: 'new content' }),
  message(6),
  message(7, { message: 'dropped', entity: 'deleted', redacts: true }),
  { kind: 'redact', seq: 8, entity: 'removed' },
  message(9),
];
const reconnected = [
  { fromMs: 0, toMs: 150 },
  { fromMs: 2000, toMs: null },
];
const edited = (atMs: number): ReceivedMessage => receivedOf(2, { atMs, content: 'new content' });

function changed(received: readonly ReceivedMessage[], fields: Partial<ReaderHistory> = {}): DeliveryHistory {
  return historyOf([reader({ lives: [{ ...life(), received }], ...fields })], { events });
}

function wasReset(reset: ReceivedReset, retentionMs: number | null): DeliveryHistory {
  const lives = [{ ...life(2, 3, 4, 6, 9), resets: [reset] }];
  return historyOf([reader({ lives })], { events, retentionMs });
}

const right: Readonly<Record<string, DeliveryHistory>> = {
  'messages that are changed after they were received': changed(life(2, 3, 4, 6, 9).received),
  'the new content of an edited message, and none of deleted ones, in a replay': changed(
    [edited(2005), receivedOf(6, { atMs: 2006 }), receivedOf(9, { atMs: 2007 })],
    { links: reconnected },
  ),
  'deleted messages that were sent before, and handled late': changed(
    [2, 3, 4, 6, 9].map((seq) => receivedOf(seq, { atMs: 5000 + seq })),
  ),
  'an expired cursor': wasReset({ atMs: 2000, reason: 'expired' }, 1000),
};

const faulty: Readonly<Record<string, readonly [FaultKind, DeliveryHistory]>> = {
  'a missing message before others that were received before it was deleted': [
    'lost',
    changed(life(2, 4, 6, 9).received),
  ],
  'the new content before the edit': ['unknown', changed([edited(205), ...life(3, 4, 6, 9).received])],
  'content that a message never had': [
    'unknown',
    changed([...life(2, 3, 4, 6).received, receivedOf(9, { content: 'new content' }), receivedOf(9)]),
  ],
  'a deleted message in a replay': [
    'leaked',
    changed([edited(2004), ...[3, 6, 9].map((seq) => receivedOf(seq, { atMs: 2005 + seq }))], {
      links: reconnected,
    }),
  ],
  'the old content of an edited message in a replay': [
    'leaked',
    changed(
      [2, 6, 9].map((seq) => receivedOf(seq, { atMs: 2005 + seq })),
      { links: reconnected },
    ),
  ],
  'another entity than in the answer': [
    'unknown',
    {
      ...changed(life(2, 3, 4, 6, 9).received),
      writes: historyOf([], { events }).writes.map((write) =>
        write.id === 'm2' ? { ...write, entity: 'other' } : write,
      ),
    },
  ],
  'an expiry of a recent cursor': ['needlessReset', wasReset({ atMs: 1700, reason: 'expired' }, 1000)],
  'an expiry although nothing expires': ['needlessReset', wasReset({ atMs: 9000, reason: 'expired' }, null)],
  'a cursor that is said to be ahead of the log': [
    'needlessReset',
    wasReset({ atMs: 2000, reason: 'future' }, 1000),
  ],
  'a membership after what was written once it was answered': [
    'outOfOrder',
    historyOf([], {
      events: [message(2), { kind: 'join', seq: 3, user: 'ann', topic: 's1' }],
      memberships: [{ kind: 'join', user: 'ann', topic: 's1', sentMs: 0, answeredMs: 100 }],
    }),
  ],
};

describe('the checker, for messages that change and expire,', () => {
  itJudges(right, faulty);

  it('gives the same verdict for a history saved to a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posted-history-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const history = changed(life(2, 4, 6, 9).received);
    await saveDeliveryHistory(join(folder, 'history.json'), history);
    const loaded = await loadDeliveryHistory(join(folder, 'history.json'));
    expect(checkDeliveries(loaded)).toEqual(checkDeliveries(history));
  });

  it('handles hundreds of thousands of deliveries', () => {
    const seqs = Array.from({ length: 10_000 }, (_, index) => index + 1);
    const readers = Array.from({ length: 30 }, () => reader({ lives: [life(...seqs)] }));
    const history = historyOf(readers, { events: seqs.map((seq) => message(seq)) });
    expect(checkDeliveries(history)).toMatchObject({ passed: true, seen: 300_000 });
  });
});
