import { randomUUID } from 'node:crypto';
import type { HintFormat } from '../../../../src/runtime/log/hints/broker.ts';

export const epoch = randomUUID();

export interface TestEvent {
  readonly seq: number;
  readonly text: string | null;
}

export const testFormat: HintFormat<TestEvent> = {
  sizeOf: ({ text }) => text?.length ?? null,
  encode: (sentEpoch, node, hint) =>
    Buffer.from(JSON.stringify({ version: 1, epoch: sentEpoch, node, ...hint })),
  decode(ownEpoch, bytes) {
    const message = parse(bytes);
    if (typeof message?.epoch !== 'string') return 'foreign';
    if (message.version > 1) return 'newer_version';
    if (!message.events.every(({ seq }: TestEvent) => Number.isInteger(seq))) return 'foreign';
    return message.epoch === ownEpoch ? message : 'other_epoch';
  },
};

function parse(bytes: Uint8Array) {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

export function eventOf(seq: number, text = `post ${seq}`): TestEvent {
  return { seq, text };
}
