import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MessagedWriter } from '../../../../src/runtime/log/sqlite/messaged-writer.ts';
import type { DiskState, Request, Response } from '../../../../src/runtime/log/sqlite/protocol.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';

/** A writer whose other side is the test. */
class TestWriter extends MessagedWriter {
  readonly sent: (readonly Request[])[] = [];
  /** Requests with this SQL cannot be sent. */
  unsendable: string | null = null;

  override async close(): Promise<void> {}

  answer(message: readonly Response[] | DiskState): void {
    this.receive(message);
  }

  die(cause: Error, lost: PostedError): void {
    this.fail(cause, lost);
  }

  protected override send(requests: readonly Request[]): void {
    const isUnsendable = ({ input }: Request): boolean =>
      input !== null && 'sql' in input && input.sql === this.unsendable;
    if (requests.some(isUnsendable)) throw new Error('could not be cloned');
    this.sent.push(requests);
  }
}

const read = (writer: TestWriter, sql: string) =>
  writer.request('queryIn', { transaction: 1, sql, parameters: [] });
const sqlOf = (requests: readonly Request[] = []) =>
  requests.map(({ input }) => (input !== null && 'sql' in input ? input.sql : null));
const idsOf = (writer: TestWriter): readonly number[] => writer.sent.flat().map(({ id }) => id);

describe('a writer that is reached by messages', () => {
  it('sends the requests of a turn together, and settles each with its own answer', async () => {
    const writer = new TestWriter();
    const [first, second] = [read(writer, 'a'), read(writer, 'b')];
    expect(writer.sent).toEqual([]);
    await turn();
    expect(writer.sent.map(sqlOf)).toEqual([['a', 'b']]);
    const [one = 0, two = 0] = idsOf(writer);
    writer.answer([
      { id: two, failure: { message: 'no such table' } },
      { id: one, output: ['row'] },
    ]);
    await expect(second).rejects.toThrow('no such table');
    expect(await first).toEqual(['row']);
  });

  it('sends 16 requests at once, without waiting for the end of the turn', async () => {
    const writer = new TestWriter();
    const requests = Array.from({ length: 17 }, (_, index) => read(writer, `${index}`));
    expect(writer.sent.map(({ length }) => length)).toEqual([16]);
    await turn();
    expect(writer.sent.map(({ length }) => length)).toEqual([16, 1]);
    expect(new Set(idsOf(writer)).size).toBe(17);
    writer.answer(idsOf(writer).map((id) => ({ id, output: [id] })));
    expect(await Promise.all(requests)).toEqual(idsOf(writer).map((id) => [id]));
  });

  it('sends nothing in the next turn after a full message', async () => {
    const writer = new TestWriter();
    for (let count = 0; count < 16; count += 1) void read(writer, 'a');
    await turn();
    expect(writer.sent).toHaveLength(1);
  });

  it('uses ids again', async () => {
    const writer = new TestWriter();
    for (let round = 0; round < 3; round += 1) {
      const request = read(writer, 'a');
      await turn();
      writer.answer([{ id: idsOf(writer).at(-1) ?? 0, output: [] }]);
      await request;
    }
    expect(new Set(idsOf(writer)).size).toBe(1);
  });

  it('rejects only the request that cannot be sent', async () => {
    const writer = new TestWriter();
    writer.unsendable = 'b';
    const requests = ['a', 'b', 'c'].map((sql) => read(writer, sql));
    await expect(requests[1]).rejects.toThrow('could not be cloned');
    expect(writer.sent.map(sqlOf)).toEqual([['a'], ['c']]);
    writer.answer(idsOf(writer).map((id) => ({ id, output: [] })));
    expect(await Promise.all([requests[0], requests[2]])).toEqual([[], []]);
  });

  it('knows whether the disk is full', () => {
    const writer = new TestWriter();
    expect(writer.isFull).toBe(false);
    writer.answer('full');
    expect(writer.isFull).toBe(true);
    writer.answer('writable');
    expect(writer.isFull).toBe(false);
  });

  it('rejects what may have been committed in another way than the rest when it fails', async () => {
    const writer = new TestWriter();
    const statement = { sql: 'a', parameters: [], mode: 'grouped' } as const;
    const write = ['w', 1, null, null, null] as const;
    const sent = [
      writer.request('write', write),
      writer.request('statement', statement),
      writer.request('commit', { transaction: 1 }),
      writer.request('rollback', { transaction: 1 }),
      writer.request('begin', null),
    ];
    await turn();
    const unsent = writer.request('write', write);
    const cause = new Error('the thread exited');
    const lost = new PostedError('outcome_unknown', 'lost');
    writer.die(cause, lost);
    writer.die(new Error('again'), new PostedError('internal', 'again'));
    const later = writer.request('write', write);
    const results = await Promise.allSettled([...sent, unsent, later]);
    expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'outcome_unknown',
      'outcome_unknown',
      'outcome_unknown',
      'unavailable',
      'unavailable',
      'unavailable',
      'unavailable',
    ]);
    expect(results.at(-1)).toMatchObject({ reason: { cause } });
    expect(await writer.failed).toBe(cause);
    await turn();
    expect(writer.sent).toHaveLength(1);
  });
});
