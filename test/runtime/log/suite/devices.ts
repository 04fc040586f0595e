import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DeviceClaim, LogEngine } from '../../../../src/runtime/log/engine.ts';
import type { LogTables } from '../../../../src/runtime/log/tables.ts';
import { type CreateDatabase, countTo } from './database.ts';
import { note, notesOf } from './notes-application.ts';

const epoch = randomUUID();
const stored = (seq: number) => ({ epoch, seq, mark: seq * 7 });
const at = (seq: number, fence: number | null = null) => ({ ...stored(seq), fence });
const phone = { user: 'ada', device: 'phone' };

/** The claim of a phone by a client, which every connection of a client makes. */
const claimOf = (instance: string, attempt: number, device = phone): DeviceClaim => ({
  ...device,
  instance,
  attempt,
  cursor: null,
  replaces: null,
});

/** The devices of a user that are stored. */
async function devicesOf(engine: LogEngine, user: string): Promise<readonly string[]> {
  const rows = await engine
    .reads<LogTables>()
    .selectFrom('posted_device')
    .select('device')
    .where('user_id', '=', user)
    .orderBy('device')
    .execute();
  return rows.map(({ device }) => device);
}

export function describeDevices(create: CreateDatabase): void {
  describe('the cursor of a device', () => {
    it('survives reopening, per user and device', async () => {
      const database = await create();
      const engine = await database.open();
      expect(await engine.findDeviceCursor('ada', 'phone')).toBeNull();
      await engine.saveDeviceCursors([
        { user: 'ada', device: 'phone', ...at(5) },
        { user: 'ada', device: 'desk', ...at(6) },
        { user: 'bob', device: 'phone', ...at(7) },
      ]);
      await engine.saveDeviceCursors([{ user: 'ada', device: 'phone', ...at(9) }]);
      await engine.close();
      const again = await database.open();
      const found = [
        again.findDeviceCursor('ada', 'phone'),
        again.findDeviceCursor('ada', 'desk'),
        again.findDeviceCursor('bob', 'phone'),
        again.findDeviceCursor('bob', 'desk'),
      ];
      expect(await Promise.all(found)).toEqual([stored(9), stored(6), stored(7), null]);
    });

    it('never moves backward within its epoch', async () => {
      const engine = await (await create()).open();
      const save = (cursor: ReturnType<typeof at>) =>
        engine.saveDeviceCursors([{ user: 'ada', device: 'phone', ...cursor }]);
      await save(at(9));
      await save(at(4));
      expect(await engine.findDeviceCursor('ada', 'phone')).toEqual(stored(9));
      const other = { epoch: randomUUID(), seq: 3, mark: 1 };
      await save({ ...other, fence: null });
      expect(await engine.findDeviceCursor('ada', 'phone')).toEqual(other);
    });

    it('is the newest one of those saved together', async () => {
      const engine = await (await create()).open();
      await engine.saveDeviceCursors([5, 9, 7].map((seq) => ({ user: 'ada', device: 'phone', ...at(seq) })));
      expect(await engine.findDeviceCursor('ada', 'phone')).toEqual(stored(9));
    });

    it('can be saved with many others', async () => {
      const engine = await (await create()).open();
      const cursors = countTo(1201).map((seq) => ({ user: `user ${seq}`, device: 'phone', ...at(seq) }));
      await engine.saveDeviceCursors(cursors);
      expect(await engine.findDeviceCursor('user 1201', 'phone')).toEqual(stored(1201));
    });
  });

  describe('trimming the devices of a user', () => {
    it('keeps those that were claimed last, and none of another user is removed', async () => {
      const engine = await (await create()).open();
      for (const device of ['a', 'b', 'c', 'd']) {
        await engine.claimDevice(claimOf('one', 1, { user: 'ada', device }));
        await engine.claimDevice(claimOf('one', 1, { user: 'bob', device }));
      }
      await engine.claimDevice(claimOf('one', 2, { user: 'ada', device: 'a' }));
      await engine.trimDevices('ada', 4);
      expect(await devicesOf(engine, 'ada')).toEqual(['a', 'b', 'c', 'd']);
      await engine.trimDevices('ada', 2);
      expect(await devicesOf(engine, 'ada')).toEqual(['a', 'd']);
      expect(await devicesOf(engine, 'bob')).toEqual(['a', 'b', 'c', 'd']);
    });

    it('first removes those that cannot be resumed any more, and then those without a claim', async () => {
      const engine = await (await create()).open();
      const { epoch: current } = await engine.state([]);
      const save = (device: string, seq: number, of = current) =>
        engine.saveDeviceCursors([{ user: 'ada', device, epoch: of, seq, mark: 0, fence: null }]);
      await save('older', 3);
      await save('newer', 5);
      await engine.claimDevice(claimOf('one', 1, { user: 'ada', device: 'claimed' }));
      await engine.claimDevice({
        ...claimOf('one', 1, { user: 'ada', device: 'former' }),
        cursor: { epoch: randomUUID(), seq: 9, mark: 0 },
      });
      const left: (readonly string[])[] = [];
      for (const max of [3, 2, 1]) {
        await engine.trimDevices('ada', max);
        left.push(await devicesOf(engine, 'ada'));
      }
      expect(left).toEqual([['claimed', 'newer', 'older'], ['claimed', 'newer'], ['claimed']]);
    });
  });

  describe('a claim to a device', () => {
    it('raises the fence, and finds the stored cursor', async () => {
      const engine = await (await create()).open();
      await engine.saveDeviceCursors([{ ...phone, ...at(5) }]);
      const first = await engine.claimDevice(claimOf('one', 1));
      const second = await engine.claimDevice(claimOf('two', 1));
      expect([first, second]).toMatchObject([
        { ...stored(5), isNew: false },
        { ...stored(5), isNew: false },
      ]);
      expect(second?.fence).toBeGreaterThan(first?.fence ?? Number.NaN);
    });

    it('stores the cursor of a new device: its own, or that of the newest event', async () => {
      const engine = await (await create()).open();
      const empty = await engine.claimDevice(claimOf('one', 1, { user: 'eve', device: 'phone' }));
      expect(empty).toMatchObject({ seq: 0, mark: 0, isNew: true });
      await notesOf(engine).create(note(), undefined);
      const { epoch: current, marks } = await engine.state([]);
      const newest = { epoch: current, seq: 1, mark: marks.get(1) };
      expect(await engine.claimDevice(claimOf('one', 1))).toMatchObject({ ...newest, isNew: true });
      expect(await engine.findDeviceCursor('ada', 'phone')).toEqual(newest);
      const own = { ...claimOf('one', 1, { user: 'bob', device: 'phone' }), cursor: stored(3) };
      expect(await engine.claimDevice(own)).toMatchObject({ ...stored(3), isNew: true });
      expect(await engine.claimDevice(own)).toMatchObject({ ...stored(3), isNew: false });
    });

    it('is refused after a later one of the same client, but not after those of others', async () => {
      const engine = await (await create()).open();
      const claim = async (instance: string, attempt: number) =>
        (await engine.claimDevice(claimOf(instance, attempt))) !== null;
      expect([await claim('one', 2), await claim('one', 1)]).toEqual([true, false]);
      // A proxy may repeat a handshake.
      expect([await claim('one', 2), await claim('one', 10)]).toEqual([true, true]);
      expect([await claim('two', 1), await claim('one', 3)]).toEqual([true, true]);
    });

    it('is refused if another client has claimed the device since, but not to the client itself', async () => {
      const engine = await (await create()).open();
      expect(await engine.findDeviceHolder('ada', 'phone')).toBeNull();
      const claim = async (instance: string, replaces: number | null) =>
        (await engine.claimDevice({ ...claimOf(instance, 1), replaces }))?.fence ?? null;
      const first = await claim('one', 0);
      expect(await engine.findDeviceHolder('ada', 'phone')).toEqual({
        instance: 'one',
        attempt: 1,
        fence: first,
      });
      expect(await claim('two', 0)).toBeNull();
      const second = await claim('two', first);
      expect(second).toBeGreaterThan(first ?? Number.NaN);
      expect(await claim('one', first)).toBeNull();
      expect(await claim('two', first)).toBeGreaterThan(second ?? Number.NaN);
      expect(await claim('one', null)).not.toBeNull();
    });

    it('replaces the cursor of a device that was never claimed', async () => {
      const engine = await (await create()).open();
      await engine.saveDeviceCursors([{ ...phone, ...at(5) }]);
      expect(await engine.findDeviceHolder('ada', 'phone')).toBeNull();
      expect(await engine.claimDevice({ ...claimOf('one', 1), replaces: 0 })).toMatchObject(stored(5));
    });

    it('lets only its own connection store acks with a fence, and everybody without', async () => {
      const engine = await (await create()).open();
      const first = await engine.claimDevice(claimOf('one', 1));
      const second = await engine.claimDevice(claimOf('two', 1));
      const acked = async (...cursors: readonly ReturnType<typeof at>[]) => {
        await engine.saveDeviceCursors(cursors.map((cursor) => ({ ...phone, ...cursor })));
        return (await engine.findDeviceCursor('ada', 'phone'))?.seq;
      };
      const fences = [first?.fence ?? null, second?.fence ?? null] as const;
      expect(await acked(at(5, fences[1]))).toBe(5);
      expect(await acked(at(9, fences[0]))).toBe(5);
      expect(await acked(at(9, fences[0]), at(6, fences[1]), at(3))).toBe(6);
      expect(await acked(at(8, fences[1]), at(9))).toBe(9);
      expect(await acked(at(10, fences[1]))).toBe(10);
    });

    it('is listed for all nodes, in the order of the fences', async () => {
      const database = await create();
      const engine = await database.open();
      await engine.saveDeviceCursors([{ ...phone, device: 'unclaimed', ...at(1) }]);
      const claims = countTo(700).map((n) => claimOf('one', 1, { user: `user ${n % 600}`, device: 'phone' }));
      const fences = (await Promise.all(claims.map((claim) => engine.claimDevice(claim)))).map(
        (claimed) => claimed?.fence ?? Number.NaN,
      );
      expect(new Set(fences).size).toBe(700);
      const listed = await engine.devicesClaimedAfter(0, 1000);
      // Of a device, only the newest.
      expect(listed).toHaveLength(600);
      expect(listed.map(({ fence }) => fence)).toEqual(
        listed.map(({ fence }) => fence).toSorted((a, b) => a - b),
      );
      expect(listed.find(({ user }) => user === 'user 1')?.fence).toBe(fences[600]);
      const [, second, third] = listed;
      expect(await engine.devicesClaimedAfter(second?.fence ?? 0, 1)).toEqual([third]);
    });
  });
}
