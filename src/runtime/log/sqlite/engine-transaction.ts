import type { EngineTransaction } from '../engine.ts';
import { withTransactionTimeout } from '../transaction-timeout.ts';
import { draftColumns } from '../writes/draft-columns.ts';
import { draftedEvent } from '../writes/written-event.ts';
import type { SqliteWriter } from './sqlite-writer.ts';

/** Runs `work` in a transaction of the writer, and commits it unless `work` rejects or takes too long. */
export async function runTransaction<Result>(
  writer: SqliteWriter,
  timeoutMs: number,
  work: (transaction: EngineTransaction) => Promise<Result>,
): Promise<Result> {
  const transaction = await writer.request('begin', null);
  try {
    const result = await withTransactionTimeout(timeoutMs, work(transactionOf(writer, transaction)));
    await writer.request('commit', { transaction });
    return result;
  } catch (thrown) {
    // A failed writer has ended it already, and the first error says more.
    await writer.request('rollback', { transaction }).catch(() => {});
    throw thrown;
  }
}

function transactionOf(writer: SqliteWriter, transaction: number): EngineTransaction {
  return {
    query: (sql, parameters = []) => writer.request('queryIn', { transaction, sql, parameters }),
    async append(drafts) {
      const events = drafts.map(draftColumns);
      const { firstSeq, createdAtMs } = await writer.request('appendIn', { transaction, events });
      return drafts.map((draft, index) => {
        const { mark = 0, payload = null } = events[index] ?? {};
        return draftedEvent(draft, { seq: firstSeq + index, mark, createdAtMs, payload });
      });
    },
  };
}
