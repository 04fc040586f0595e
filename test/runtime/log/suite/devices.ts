import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CreateDatabase, countTo } from './database.ts';

const epoch = randomUUID();
const at = (seq: number) => ({ epoch, seq, mark: seq * 7 });

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
      expect(await Promise.all(found)).toEqual([at(9), at(6), at(7), null]);
    });

    it('never moves backward within its epoch', async () => {
      const engine = await (await create()).open();
      const save = (cursor: ReturnType<typeof at>) =>
        engine.saveDeviceCursors([{ user: 'ada', device: 'phone', ...cursor }]);
      await save(at(9));
      await save(at(4));
      expect(await engine.findDeviceCursor('ada', 'phone')).toEqual(at(9));
      const other = { epoch: randomUUID(), seq: 3, mark: 1 };
      await save(other);
      expect(await engine.findDeviceCursor('ada', 'phone')).toEqual(other);
    });

    it('is the newest one of those saved together', async () => {
      const engine = await (await create()).open();
      await engine.saveDeviceCursors([5, 9, 7].map((seq) => ({ user: 'ada', device: 'phone', ...at(seq) })));
      expect(await engine.findDeviceCursor('ada', 'phone')).toEqual(at(9));
    });

    it('can be saved with many others', async () => {
      const engine = await (await create()).open();
      const cursors = countTo(1201).map((seq) => ({ user: `user ${seq}`, device: 'phone', ...at(seq) }));
      await engine.saveDeviceCursors(cursors);
      expect(await engine.findDeviceCursor('user 1201', 'phone')).toEqual(at(1201));
    });
  });
}
