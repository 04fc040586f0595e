import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../../../src/feed-server/store/sqlite-store.ts';
import { createLog } from '../../../../src/runtime/node/pino-log.ts';
import { countTo, readLog } from '../suite/database.ts';
import { makeDatabasePath } from './database-path.ts';
import { runAppends } from './run-appends.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Opens the file, which recovers it, and checks that it has every acknowledged post. */
async function expectIntact(path: string, acknowledged: readonly string[]): Promise<void> {
  const store = await openSqliteStore({ path, log: createLog('silent') });
  const events = await readLog(store, 5000);
  expect(await store.headSeq()).toBe(events.length);
  await store.close();
  expect(events.map(({ seq }) => seq)).toEqual(countTo(events.length));
  const stored = new Set(events.map((event) => event.kind === 'post' && event.postId));
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);

  const database = new DatabaseSync(path, { readOnly: true });
  const posts = database.prepare('select seq, id, text from post order by seq').all();
  database.close();
  expect(posts.map(({ seq, id, text }) => [seq, id, text])).toEqual(
    events.map((event) => event.kind === 'post' && [event.seq, event.postId, `text of ${event.postId}`]),
  );
}

describe('the embedded store', () => {
  it('keeps every acknowledged post, without gaps, when its process is killed 5 times', async () => {
    const path = await makeDatabasePath();
    const acknowledged: string[] = [];
    for (const round of countTo(5)) {
      const { lines, errorText } = await runAppends(path, {
        onLine: (count, child) => {
          if (count === 300 * round) child.kill('SIGKILL');
        },
      });
      expect(errorText).toBe('');
      // The kill may truncate the last line.
      acknowledged.push(...lines.filter((line) => uuid.test(line)));
      await expectIntact(path, acknowledged);
    }
    expect(acknowledged.length).toBeGreaterThan(4000);
  });

  it('stops if its disk fails, rejects pending appends, and keeps every acknowledged post', async () => {
    const path = await makeDatabasePath();
    const { lines, errorText } = await runAppends(path, { maxFileKb: 2000 });
    expect(errorText).toBe('');
    const acknowledged = lines.filter((line) => uuid.test(line));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line === 'failed').length).toBe(1);
    expect(lines.filter((line) => line === 'unavailable').length).toBe(64);
    await expectIntact(path, acknowledged);
  });
});
