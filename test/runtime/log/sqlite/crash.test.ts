import { describe, expect, it } from 'vitest';
import { countTo, readLog } from '../suite/database.ts';
import { notesIn } from '../suite/notes-application.ts';
import { makeDatabasePath, openEngine } from './open-engine.ts';
import { runWrites } from './run-writes.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Opens the file, which recovers it, and checks that it has every acknowledged note. */
async function expectIntact(path: string, acknowledged: readonly string[]): Promise<void> {
  const engine = await openEngine({ path });
  const events = await readLog(engine, 5000);
  const { headSeq } = await engine.state([]);
  const notes = await notesIn(engine);
  await engine.close();
  expect(headSeq).toBe(events.length);
  expect(events.map(({ seq }) => seq)).toEqual(countTo(events.length));
  expect(notes.map(({ seq, id }) => [seq, id])).toEqual(
    events.map((event) => [event.seq, 'entity' in event && event.entity]),
  );
  const stored = new Set(notes.map(({ id }) => id));
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
}

describe('an SQLite log', () => {
  it('keeps every acknowledged write, without gaps, when its process is killed 5 times', async () => {
    const path = await makeDatabasePath();
    const acknowledged: string[] = [];
    for (const round of countTo(5)) {
      const { printed, errorText } = await runWrites(path, {
        onPrinted: (count, child) => {
          if (count === 300 * round) child.kill('SIGKILL');
        },
      });
      expect(errorText).toBe('');
      // The kill may truncate the last line.
      acknowledged.push(...printed.filter((text) => uuid.test(text)));
      await expectIntact(path, acknowledged);
    }
    expect(acknowledged.length).toBeGreaterThan(4000);
  });

  it('stops if its disk fails, leaves the outcome of sent writes unknown, and keeps every acknowledged one', async () => {
    const path = await makeDatabasePath();
    const { printed, errorText } = await runWrites(path, { maxFileKb: 2000 });
    expect(errorText).toBe('');
    const acknowledged = printed.filter((text) => uuid.test(text));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(printed.filter((text) => text === 'failed').length).toBe(1);
    const unknown = printed.filter((text) => text === 'outcome_unknown').length;
    const refused = printed.filter((text) => text === 'unavailable').length;
    expect(unknown).toBeGreaterThan(0);
    expect(unknown + refused).toBe(64);
    await expectIntact(path, acknowledged);
  });
});
