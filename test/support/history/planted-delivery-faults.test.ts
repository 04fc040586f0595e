import { describe } from 'vitest';
import {
  events,
  everything,
  historyOf,
  life,
  message,
  reader,
  receivedOf,
  timesOf,
} from './delivery-builders.ts';
import type { DeliveryHistory, ReaderLife } from './delivery-history.ts';
import { itJudges } from './it-judges.ts';
import type { FaultKind } from './verdict.ts';

const ofAnn = [2, 3, 7, 8, 9, 16, 17, 18];
const topicReader = (...seqs: readonly number[]) => reader({ audience: 'topic', lives: [life(...seqs)] });
const afterReset = (reason: 'expired' | 'epoch', atMs: number, ...seqs: readonly number[]): ReaderLife => ({
  ...life(...seqs),
  resets: [{ reason, atMs }],
});
const bump = { sentMs: 750, answeredMs: 1150 };

const right: Readonly<Record<string, DeliveryHistory>> = {
  'everything by everyone': historyOf([reader()]),
  'only what is in the topics of the user': historyOf([topicReader(...ofAnn)]),
  'a subscription that begins late': historyOf([reader({ lives: [life(7, 8, 9, 11, 12, 16, 17, 18)] })]),
  'a snapshot and what follows it': historyOf([
    reader({ snapshot: ['m2', 'm3', 'm4', 'm7'], lives: [life(8, 9, 11, 12, 16, 17, 18)] }),
  ]),
  'a reader that left': historyOf([reader({ hasLeft: true, lives: [life(2, 3, 4)] })]),
  'gaps of plain connections': historyOf([reader({ isResumable: false, lives: [life(2, 9, 18)] })]),
  'repetitions by a new process': historyOf([
    reader({ lives: [life(2, 3, 4, 7, 8), life(7, 8, 9, 11, 12, 16, 17, 18)] }),
  ]),
  'a gap that a reset reports': historyOf(
    [reader({ lives: [afterReset('epoch', 1150, 2, 3, 4, 12, 16, 17, 18)] })],
    {
      epochBumps: [bump],
    },
  ),
  'what was missed of a membership that has ended': historyOf([
    reader({ audience: 'topic', lives: [afterReset('expired', 1550, 2, 3, 16, 17, 18)] }),
  ]),
  'a write without an answer that is not in the log': historyOf([reader()], {
    writes: [...historyOf([]).writes, { id: 'm99', entity: null, sentMs: 5, answeredMs: null }],
  }),
};

const faulty: Readonly<Record<string, readonly [FaultKind, DeliveryHistory]>> = {
  'a message that nobody sent to a resumable client': [
    'lost',
    historyOf([reader({ lives: [life(...everything.filter((seq) => seq !== 7))] })]),
  ],
  'the last message': ['lost', historyOf([reader({ lives: [life(...everything.slice(0, -1))] })])],
  'a message to a user in `also`': ['lost', historyOf([topicReader(...ofAnn.filter((seq) => seq !== 8))])],
  'a message before others of a membership that has ended': [
    'lost',
    historyOf([topicReader(...ofAnn.filter((seq) => seq !== 7))]),
  ],
  'a message after a reset': [
    'lost',
    historyOf([reader({ lives: [afterReset('epoch', 1150, 2, 3, 4, 12, 16, 18)] })], { epochBumps: [bump] }),
  ],
  'a message of the snapshot': [
    'lost',
    historyOf([reader({ snapshot: ['m2', 'm4', 'm7'], lives: [life(8, 9, 11, 12, 16, 17, 18)] })]),
  ],
  'a message right after the snapshot': [
    'lost',
    historyOf([reader({ snapshot: ['m2', 'm3', 'm4', 'm7'], lives: [life(9, 11, 12, 16, 17, 18)] })]),
  ],
  'an answered write that is not in the log': [
    'lost',
    historyOf([reader()], { writes: [...historyOf([]).writes, { id: 'm99', entity: null, ...timesOf(3) }] }),
  ],
  'a message twice in a row': [
    'duplicated',
    historyOf([reader({ lives: [life(2, 2, ...everything.slice(1))] })]),
  ],
  'a message again later': ['duplicated', historyOf([reader({ lives: [life(...everything, 7)] })])],
  'a message of the snapshot, again': [
    'duplicated',
    historyOf([reader({ snapshot: ['m2', 'm3', 'm4', 'm7'], lives: [life(7, 8, 9, 11, 12, 16, 17, 18)] })]),
  ],
  'a message that the saved cursor had passed': [
    'duplicated',
    historyOf([
      reader({ lives: [life(2, 3, 4, 7), { ...life(7, 8, 9, 11, 12, 16, 17, 18), resumedAfter: 'm7' }] }),
    ]),
  ],
  'a message twice in the log': [
    'duplicated',
    historyOf([reader()], {
      events: [...events, message(19, { id: 'm2', content: 'content of m2' })],
      writes: historyOf([]).writes,
    }),
  ],
  'two messages in the wrong order': [
    'outOfOrder',
    historyOf([reader({ lives: [life(2, 3, 7, 4, 8, 9, 11, 12, 16, 17, 18)] })]),
  ],
  'a message that an earlier process skipped': [
    'outOfOrder',
    historyOf([reader({ lives: [life(2, 3, 7), life(4, 8, 9, 11, 12, 16, 17, 18)] })]),
  ],
  'writes that were answered before others began, and came later in the log': [
    'outOfOrder',
    historyOf([reader()], {
      writes: historyOf([]).writes.map((write) =>
        write.id === 'm7' ? { ...write, sentMs: 0, answeredMs: 50 } : write,
      ),
    }),
  ],
  'a message of a topic that the user has not joined': [
    'leaked',
    historyOf([topicReader(2, 3, 4, 7, 8, 9, 16, 17, 18)]),
  ],
  'a message after the user left the topic': [
    'leaked',
    historyOf([topicReader(2, 3, 7, 8, 9, 11, 16, 17, 18)]),
  ],
  'a message of a group that was not asked for': [
    'leaked',
    historyOf([reader({ lives: [life(2, 3, 4, 5, 7, 8, 9, 11, 12, 16, 17, 18)] })]),
  ],
  'a message of another room': [
    'leaked',
    historyOf([reader({ lives: [life(2, 3, 4, 6, 7, 8, 9, 11, 12, 16, 17, 18)] })]),
  ],
  'a message from before the subscription': ['leaked', historyOf([reader({ beganMs: 250 })])],
  'a message that was replayed after the membership had ended': [
    'leaked',
    historyOf([
      reader({
        audience: 'topic',
        links: [
          { fromMs: 0, toMs: 850 },
          { fromMs: 1100, toMs: null },
        ],
        lives: [
          {
            ...life(2, 3, 7, 8),
            received: [
              ...life(2, 3, 7, 8).received,
              receivedOf(9, { atMs: 1200 }),
              ...life(16, 17, 18).received,
            ],
          },
        ],
      }),
    ]),
  ],
  'other content than in the log': [
    'unknown',
    historyOf([
      reader({
        lives: [{ ...life(), received: [...life(...everything).received, receivedOf(18, { content: 'x' })] }],
      }),
    ]),
  ],
  'a message that is not in the log': [
    'unknown',
    historyOf([
      reader({ lives: [{ ...life(), received: [...life(...everything).received, receivedOf(99)] }] }),
    ]),
  ],
  'a reset of another epoch before the epoch ended': [
    'needlessReset',
    historyOf([reader({ lives: [afterReset('epoch', 740, ...everything)] })], { epochBumps: [bump] }),
  ],
  'a reset although no membership has begun again': [
    'needlessReset',
    historyOf([reader({ audience: 'topic', lives: [afterReset('expired', 1790, ...ofAnn)] })]),
  ],
};

describe('the checker of any application', () => {
  itJudges(right, faulty);
});
