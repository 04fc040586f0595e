import { randomUUID } from 'node:crypto';
import type { HintFormat } from '../../../../src/runtime/log/hints/broker.ts';

export const epoch = randomUUID();

export interface TestEvent {
  readonly seq: number;
  readonly text: string | null;
}

export const testFormat: HintFormat<TestEvent> = {
  sizeOf: ({ text }) => text?.length ?? null,
  encode: (sentEpoch, node, hint) => Buffer.from(JSON.stringify({ epoch: sentEpoch, node, ...hint })),
  decode(ownEpoch, bytes) {
    try {
      const message = JSON.parse(Buffer.from(bytes).toString());
      return message.epoch === ownEpoch ? message : 'other_epoch';
    } catch {
      return 'foreign';
    }
  },
};

export function eventOf(seq: number, text = `post ${seq}`): TestEvent {
  return { seq, text };
}
