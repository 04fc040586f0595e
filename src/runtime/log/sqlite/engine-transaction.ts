import { PostedError } from '../../shared/errors.ts';
import type { EngineTransaction, EventDraft } from '../engine.ts';
import { newMark } from '../new-mark.ts';
import { draftedEvent } from '../writes/written-event.ts';
import type { AppendInput } from './protocol.ts';
import type { SqliteWriter } from './sqlite-writer.ts';

/** Runs `work` in a transaction of the writer, and commits it unless `work` rejects or takes too long. */
export async function runTransaction<Result>(
  writer: SqliteWriter,
  timeoutMs: number,
  work: (transaction: EngineTransaction) => Promise<Result>,
): Promise<Result> {
  const transaction = await writer.request('begin', null);
  try {
    const result = await withTimeout(timeoutMs, work(transactionOf(writer, transaction)));
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
      const events = drafts.map(toAppendInput);
      const { firstSeq, createdAtMs } = await writer.request('appendIn', { transaction, events });
      return drafts.map((draft, index) => {
        const { mark = 0, payload = null } = events[index] ?? {};
        return draftedEvent(draft, { seq: firstSeq + index, mark, createdAtMs, payload });
      });
    },
  };
}

function toAppendInput({ also = [], payload, ...draft }: EventDraft): AppendInput {
  return {
    ...draft,
    also: also.length === 0 ? null : JSON.stringify(also),
    payload: JSON.stringify(payload) ?? 'null',
    mark: newMark(),
  };
}

async function withTimeout<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new PostedError(
        'unavailable',
        `The transaction took longer than ${timeoutMs / 1000} s and was rolled back.`,
      ),
    );
  }, timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
