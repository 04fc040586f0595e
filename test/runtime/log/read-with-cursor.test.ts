import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../src/runtime/log/cursor.ts';
import { type DatabaseLocation, openLog } from '../../../src/runtime/log/open-log.ts';
import { readWithCursor } from '../../../src/runtime/log/read-with-cursor.ts';
import type { LogTables } from '../../../src/runtime/log/tables.ts';
import { silentLog } from '../../../src/runtime/shared/log.ts';
import { makeDataDir } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';

function itReadsWithCursor(makeDatabase: () => Promise<DatabaseLocation>): void {
  it('reads rows together with the cursor after which everything else follows', async () => {
    await using log = await openLog({ database: await makeDatabase(), log: silentLog });
    const joined = log
      .reads<LogTables>()
      .selectFrom('posted_membership')
      .select(['topic', 'since_seq'])
      .where('user_id', '=', 'ann')
      .orderBy('topic', 'desc');
    const cursorAt = async () => {
      const { epoch, headSeq: seq, marks } = await log.engine.state([]);
      return encodeCursor(epoch, { seq, mark: marks.get(seq) ?? 0 });
    };
    expect(await readWithCursor(log.reads(), joined)).toEqual({ rows: [], cursor: await cursorAt() });
    await log.join('ann', 'bob');
    await log.join('ann', 'cay');
    await log.append([{ channel: 'news', message: 'article', topic: 'ann', payload: 1 }]);
    expect(await readWithCursor(log.reads(), joined)).toEqual({
      rows: [
        { topic: 'cay', since_seq: 2 },
        { topic: 'bob', since_seq: 1 },
      ],
      cursor: await cursorAt(),
    });
  });
}

describe('readWithCursor on the embedded database', () => {
  itReadsWithCursor(async () => ({ folder: await makeDataDir() }));
});

describePostgres('readWithCursor on PostgreSQL', (server) => {
  itReadsWithCursor(async () => ({ url: await server().createDatabase() }));
});
