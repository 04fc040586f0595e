import { afterEach, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../../src/runtime/log/cursor.ts';
import { Delivery } from '../../../../src/runtime/log/delivery/delivery.ts';
import { resolvePolicy } from '../../../../src/runtime/log/delivery/delivery-policy.ts';
import type { DeviceClaim, DeviceCursor, FencedDevice } from '../../../../src/runtime/log/engine.ts';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';
import { Tail } from '../../../../src/runtime/log/tail.ts';
import type { Encoded } from '../../../../src/runtime/server/handlers.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { markOf, messageAt } from './events.ts';

const epoch = '01234567-89ab-4cde-8f01-23456789abcd';
const nextEpoch = 'fedcba98-89ab-4cde-8f01-23456789abcd';

/** A log in memory. */
function createLog(length: number) {
  const log = {
    epoch,
    floorSeq: 0,
    events: Array.from({ length }, (_, index): LogEvent => messageAt(index + 1)),
    devices: [] as DeviceCursor[],
    claims: [] as FencedDevice[],
  };
  const engine = {
    async state(seqs: readonly number[]) {
      const headSeq = log.events.length;
      const known = [...seqs, log.floorSeq, headSeq].filter((seq) => seq >= log.floorSeq && seq <= headSeq);
      const marks = new Map(known.map((seq) => [seq, log.events[seq - 1]?.mark ?? 0]));
      return { epoch: log.epoch, floorSeq: log.floorSeq, headSeq, nowMs: 0, marks };
    },
    eventsAfter: async (seq: number) => log.events.slice(Math.max(seq, log.floorSeq)),
    beginEpoch: async () => log.epoch,
    findDeviceCursor: async (user: string, device: string) =>
      log.devices.findLast((each) => each.user === user && each.device === device) ?? null,
    async saveDeviceCursors(cursors: readonly DeviceCursor[]) {
      log.devices.push(...cursors);
    },
    async claimDevice({ user, device, cursor }: DeviceClaim) {
      const isNew = !log.devices.some((each) => each.user === user && each.device === device);
      if (isNew) {
        const start = cursor ?? { epoch, ...positionAt(log.events.length) };
        log.devices.push({ user, device, ...start, fence: null });
      }
      const stored = await engine.findDeviceCursor(user, device);
      log.claims.push({ user, device, fence: log.claims.length + 1 });
      return stored === null ? null : { ...stored, fence: log.claims.length, isNew };
    },
    findDeviceHolder: async () => null,
    devicesClaimedAfter: async (fence: number) => log.claims.slice(fence),
    trimDevices: async () => {},
  };
  return { log, engine };
}

const opened: AsyncDisposableStack[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((stack) => stack.disposeAsync()));
});

async function createDelivery(length = 5) {
  const warnings: Readonly<Record<string, unknown>>[] = [];
  const stack = new AsyncDisposableStack();
  opened.push(stack);
  const { log, engine } = createLog(length);
  const tail = await Tail.start({ engine, log: silentLog, pollIntervalMs: 60_000 });
  stack.defer(() => tail.close());
  const left: string[] = [];
  const delivery = new Delivery({
    engine,
    tail,
    log: { ...silentLog, warn: (fields) => void warnings.push(fields) },
    observer: { replayEnded() {}, resetSent() {} },
    left: () => void left.push('left'),
  });
  stack.defer(() => delivery.close());
  delivery.follow({ apply() {}, async reload() {} });
  const subscribe = async (since: string, device?: string, instance?: string) => {
    const frames: string[] = [];
    const connection = {
      bufferedBytes: 0,
      buffersLessThan: () => true,
      sendEncoded: ({ message }: Encoded) => frames.push(message) > 0,
      close: (code = 'normal') => void frames.push(code),
    };
    const start = await delivery.findStart('ada', { since, device, instance, hasLeft: () => false });
    const subscriber = delivery.subscribe(start, {
      connection,
      policy: resolvePolicy({}),
      window: undefined,
      visibility: { canSee: ({ channel }) => channel === 'orders', hasRejoined: () => false },
      frames: {
        knows: ({ message }) => message === 'placed',
        message: ({ seq }) => frame(`message ${seq}`),
        ready: ({ seq }, resumed) => frame(`ready ${seq} ${resumed}`),
        checkpoint: () => frame('checkpoint'),
        reset: ({ seq }, reason) => frame(`reset ${reason} ${seq}`),
        bye: () => frame('bye'),
        alive: () => frame('alive'),
      },
    });
    return {
      frames,
      ack: (cursor: string) => delivery.acknowledge(subscriber, start, cursor),
      end: () => delivery.unsubscribe(subscriber),
    };
  };
  return { log, tail, delivery, subscribe, left, warnings };
}

function frame(message: string): Encoded {
  return { message, bytes: message.length };
}

function positionAt(seq: number) {
  return { seq, mark: markOf(seq) };
}

function cursorAt(seq: number, mark = markOf(seq), ofEpoch = epoch): string {
  return encodeCursor(ofEpoch, { seq, mark });
}

describe('Delivery', () => {
  it('replays what follows a cursor, or starts at the tail', async () => {
    const { subscribe } = await createDelivery();
    const [resumed, live] = [await subscribe(cursorAt(3)), await subscribe('now')];
    await expect.poll(() => resumed.frames).toEqual(['ready 3 true', 'message 4', 'message 5']);
    expect(live.frames).toEqual(['ready 5 false']);
  });

  it.each([
    { title: 'another epoch', cursor: cursorAt(3, markOf(3), nextEpoch), reason: 'epoch' },
    { title: 'an event that the log has replaced', cursor: cursorAt(3, 7), reason: 'epoch' },
    { title: 'after the end of the log', cursor: cursorAt(9), reason: 'future' },
    { title: 'before the floor', cursor: cursorAt(1), reason: 'expired' },
  ])('sends a reset for a cursor of $title', async ({ cursor, reason }) => {
    const { subscribe, log } = await createDelivery();
    log.floorSeq = 2;
    expect((await subscribe(cursor)).frames).toEqual(['ready 5 false', `reset ${reason} 5`]);
  });

  it('refuses a text that is not a cursor', async () => {
    const { subscribe } = await createDelivery();
    await expect(subscribe('yesterday')).rejects.toThrow('`since` is not a valid cursor');
  });

  it('starts a device after its last ack, and a new device at the tail', async () => {
    const { subscribe, log, delivery } = await createDelivery();
    const phone = await subscribe('acked', 'phone');
    expect(phone.frames).toEqual(['ready 5 false']);
    log.devices.push({ user: 'ada', device: 'desk', epoch, ...positionAt(3), fence: null });
    const desk = await subscribe('acked', 'desk');
    await expect.poll(() => desk.frames).toEqual(['ready 3 true', 'message 4', 'message 5']);
    desk.ack(cursorAt(4));
    expect((await subscribe('acked', 'desk')).frames[0]).toBe('ready 4 true');
    await delivery.close();
    expect(log.devices.at(-1)).toEqual({
      user: 'ada',
      device: 'desk',
      epoch,
      ...positionAt(4),
      fence: null,
    });
  });

  it.each([
    { since: 'acked', instance: undefined },
    { since: 'now', instance: undefined },
    { since: 'acked', instance: 'one.1' },
    { since: 'now', instance: 'one.1' },
    { since: cursorAt(3), instance: 'one.1' },
  ])('stores where a new device starts before `ready`: $since, $instance', async ({ since, instance }) => {
    const { subscribe, log } = await createDelivery();
    const isResumed = since === cursorAt(3);
    const seq = isResumed ? 3 : 5;
    const { frames } = await subscribe(since, 'phone', instance);
    expect(frames[0]).toBe(`ready ${seq} ${isResumed}`);
    expect(log.devices).toEqual([{ user: 'ada', device: 'phone', epoch, ...positionAt(seq), fence: null }]);
  });

  it('moves a device that starts anew', async () => {
    const { subscribe, log } = await createDelivery();
    log.devices.push({ user: 'ada', device: 'desk', epoch, ...positionAt(3), fence: null });
    expect((await subscribe('now', 'desk', 'one.1')).frames).toEqual(['ready 5 false']);
    expect(log.devices.at(-1)).toMatchObject({ ...positionAt(5), fence: 1 });
  });

  it('refuses an instance without an attempt', async () => {
    const { subscribe } = await createDelivery();
    for (const instance of ['one', 'one.', '.1', 'one.-1', 'one.1234567890', 'o ne.1'])
      await expect(subscribe('now', 'phone', instance)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('closes a connection when another one on this node claims its device', async () => {
    const { subscribe, delivery } = await createDelivery();
    const former = await subscribe('acked', 'phone', 'one.1');
    const bystanders = [
      await subscribe('acked', 'phone'),
      await subscribe('acked', 'desk', 'one.1'),
      await subscribe('acked', 'tablet', 'one.1'),
    ];
    const later = await subscribe('acked', 'phone', 'two.1');
    expect(former.frames).toEqual(['ready 5 false', 'replaced']);
    former.end();
    const latest = await subscribe('acked', 'phone', 'three.1');
    expect(later.frames).toEqual(['ready 5 true', 'replaced']);
    for (const { frames } of [...bystanders, latest]) expect(frames).toHaveLength(1);
    expect(delivery.stats().resumable).toBe(5);
  });

  it('closes a connection when another node has claimed its device', async () => {
    const { subscribe, log } = await createDelivery();
    const { frames, ack } = await subscribe('acked', 'phone', 'one.1');
    ack(cursorAt(5));
    log.claims.push({ user: 'ada', device: 'desk', fence: 2 }, { user: 'bob', device: 'phone', fence: 3 });
    await expect.poll(() => log.devices.at(-1)?.fence).toBe(1);
    expect(frames).toEqual(['ready 5 false']);
    log.claims.push({ user: 'ada', device: 'phone', fence: 4 });
    await expect.poll(() => frames).toEqual(['ready 5 false', 'replaced']);
  });

  it('resets a device whose ack is from another history', async () => {
    const { subscribe, log } = await createDelivery();
    log.devices.push({ user: 'ada', device: 'desk', epoch, seq: 3, mark: 7, fence: null });
    expect((await subscribe('acked', 'desk')).frames).toEqual(['ready 5 false', 'reset epoch 5']);
  });

  it('resets everybody when the history changes, and ignores acks that were on their way', async () => {
    const { subscribe, log, tail } = await createDelivery();
    const { frames, ack } = await subscribe('now');
    log.epoch = nextEpoch;
    log.events = log.events.slice(0, 2);
    await tail.refresh();
    expect(frames).toEqual(['ready 5 false', 'reset epoch 2']);
    ack(cursorAt(5));
    ack(cursorAt(2, markOf(2), nextEpoch));
    expect(() => ack(cursorAt(3, 0, nextEpoch))).toThrow('this connection never received that cursor');
    expect(() => ack(cursorAt(2, 0, '11111111-89ab-4cde-8f01-23456789abcd'))).toThrow('not from this log');
  });

  it('sends everybody away before an event of a later version, and refuses new connections', async () => {
    const { subscribe, log, tail, left } = await createDelivery();
    const { frames } = await subscribe('now');
    const unknown = { kind: 'unknown', name: 'presence', requires: '9.0.0' } as const;
    log.events.push({ ...unknown, seq: 6, mark: markOf(6), createdAtMs: 0 });
    await tail.catchUp();
    expect([frames, left]).toEqual([['ready 5 false', 'bye', 'tryAgainLater'], ['left']]);
    for (const since of ['now', cursorAt(3)])
      await expect(subscribe(since)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('logs once which message its version does not know, and serves those who cannot see it', async () => {
    const { subscribe, log, warnings } = await createDelivery();
    log.events[3] = messageAt(4, { message: 'moved' });
    for (const _ of [1, 2]) {
      const { frames } = await subscribe(cursorAt(2));
      await expect.poll(() => frames).toEqual(['ready 2 true', 'message 3', 'bye', 'tryAgainLater']);
    }
    expect(warnings).toEqual([{ channel: 'orders', message: 'moved', seq: 4 }]);
    expect((await subscribe(cursorAt(4))).frames[0]).toBe('ready 4 true');
  });
});
