import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ThreadWriter } from '../../../../src/runtime/log/sqlite/thread-writer.ts';
import { makeDataDir } from '../../../support/feed-server.ts';

it('a writer that is closed answers the requests of the same turn', async () => {
  const path = join(await makeDataDir(), 'log.sqlite');
  const writer = await ThreadWriter.open({ path, transactionTimeoutMs: 1000 });
  const answer = writer.request('statement', { sql: 'select 1 as one', parameters: [], mode: 'alone' });
  const closed = writer.close();
  // The thread has closed the file before this turn ends.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  await closed;
  expect(await Promise.race([answer, Promise.resolve('no answer')])).toMatchObject({ rows: [{ one: 1 }] });
});
