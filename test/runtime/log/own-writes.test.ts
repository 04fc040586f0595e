import { describe, expect, it } from 'vitest';
import type { LogEngine, RunWrite } from '../../../src/runtime/log/engine.ts';
import { createOwnWrites } from '../../../src/runtime/log/own-writes.ts';
import type { RegisteredWrite } from '../../../src/runtime/log/writes/registered-write.ts';
import { writtenEvent } from '../../../src/runtime/log/writes/written-event.ts';

type Outcome = Awaited<ReturnType<RunWrite>>;

interface Call {
  readonly write: RegisteredWrite;
  readonly row: Readonly<Record<string, unknown>>;
  readonly key: string | undefined;
}

/** The writes of an engine that writes every row, unless `changes` say otherwise. */
function createWrites(changes: Partial<Outcome> = {}) {
  const registered: RegisteredWrite[] = [];
  const calls: Call[] = [];
  const register: LogEngine['register'] = (write) => {
    registered.push(write);
    return async (row, key) => {
      calls.push({ write, row, key });
      const seq = calls.length;
      const parts = { seq, mark: 1, createdAtMs: 2, payload: JSON.stringify(row.payload ?? null) };
      const event = writtenEvent(write, row, parts);
      return { seq, isWritten: true, returned: {}, first: null, event, ...changes };
    };
  };
  return { own: createOwnWrites(register), registered, calls };
}

const draft = { channel: 'news', message: 'article', topic: 'ann', payload: { text: 'hello' } };
const everyColumn = { also: ['bob'], entity: 'a' };

describe("the log's own writes", () => {
  it('append an event as it was drafted', async () => {
    const { own } = createWrites();
    const event = {
      seq: 1,
      mark: 1,
      createdAtMs: 2,
      kind: 'message',
      channel: 'news',
      message: 'article',
      topic: 'ann',
      also: [],
      entity: null,
      payload: '{"text":"hello"}',
      revises: null,
    };
    expect(await own.appendOne(draft)).toEqual(event);
    expect(await own.appendOne({ ...draft, ...everyColumn, payload: undefined })).toEqual({
      ...event,
      ...everyColumn,
      seq: 2,
      payload: 'null',
    });
  });

  it('pass the idempotency key of a user on, which a retry must use for the same event', async () => {
    const { own, calls } = createWrites();
    expect(await own.appendOnce({ ...draft, ...everyColumn }, { user: 'billing', key: '7' })).toBe(1);
    await own.appendOne(draft);
    expect(calls[0]).toMatchObject({
      key: '7',
      row: { publisher: 'billing', topic: 'ann', ...everyColumn, payload: draft.payload },
      write: { key: { user: 'publisher', body: ['topic', 'also', 'entity', 'payload'] } },
    });
    expect(calls[1]).toMatchObject({ row: { publisher: null } });
    expect(calls[1]?.key).toBeUndefined();
    expect(calls[0]?.row.id).not.toBe(calls[1]?.row.id);
  });

  it('resolve with the seq of the event that a key was used for first', async () => {
    const first = { seq: 5, entity: null };
    const { own } = createWrites({ seq: null, isWritten: false, event: null, first });
    expect(await own.appendOnce(draft, { user: 'billing', key: '7' })).toBe(5);
  });

  it('redact an entity, with or without a message to its readers', async () => {
    const { own, calls } = createWrites();
    expect(await own.redact('a', { topic: 'ann' })).toBe(1);
    expect(await own.redact('a', { ...draft, message: 'gone', payload: 1, also: ['bob'] })).toBe(2);
    const events = calls.map(({ write, row }) =>
      writtenEvent(write, row, { seq: 1, mark: 1, createdAtMs: 2, payload: JSON.stringify(row.payload) }),
    );
    expect(events).toMatchObject([
      { kind: 'redact', channel: null, message: null, topic: 'ann', entity: 'a', payload: 'null', also: [] },
      { kind: 'redact', channel: 'news', message: 'gone', entity: 'a', payload: '1', also: ['bob'] },
    ]);
  });

  it('revise the event of an entity, with or without a message to its readers', async () => {
    const { own, calls } = createWrites();
    const { message: _, ...silent } = draft;
    expect(await own.revise('a', { ...silent, revises: 'article' })).toBe(1);
    expect(await own.revise('a', { ...draft, message: 'correction', revises: 'article' })).toBe(2);
    const events = calls.map(({ write, row }) =>
      writtenEvent(write, row, { seq: 1, mark: 1, createdAtMs: 2, payload: '{}' }),
    );
    expect(events).toMatchObject([
      { kind: 'revise', channel: 'news', message: null, entity: 'a', revises: 'article' },
      { kind: 'revise', channel: 'news', message: 'correction', entity: 'a', revises: 'article' },
    ]);
  });

  it('append a revocation, which has its user as the topic', async () => {
    const { own, calls } = createWrites();
    const revocation = { id: 'r', user: 'ann', tokenId: 't' };
    expect([await own.revoke(revocation), await own.revoke({ id: 's', tokenId: 't' })]).toEqual([1, 2]);
    const [first, second] = calls.map(({ write, row }) =>
      writtenEvent(write, row, { seq: 1, mark: 1, createdAtMs: 2, payload: JSON.stringify(row.revocation) }),
    );
    const base = { seq: 1, mark: 1, createdAtMs: 2, kind: 'revoke' };
    expect(first).toEqual({ ...base, topic: 'ann', payload: JSON.stringify(revocation) });
    expect(second).toMatchObject({ topic: '' });
  });

  it('begin and end memberships, and say whether that changed anything', async () => {
    const { own, calls } = createWrites();
    expect([await own.join('bob', 'ann'), await own.leave('bob', 'ann')]).toEqual([true, true]);
    expect(calls.map(({ write, row }) => [write.name, write.one, write.event, row])).toEqual([
      [
        'posted.join',
        ['topic', 'member'],
        { kind: 'join', topic: 'topic', user: 'member' },
        { topic: 'ann', member: 'bob' },
      ],
      [
        'posted.leave',
        ['topic', 'member'],
        { kind: 'leave', topic: 'topic', user: 'member' },
        { topic: 'ann', member: 'bob' },
      ],
    ]);
    const unchanged = createWrites({ isWritten: false, seq: null, event: null }).own;
    expect([await unchanged.join('bob', 'ann'), await unchanged.leave('bob', 'ann')]).toEqual([false, false]);
  });

  it('are registered once per channel and message, under names that any contract allows', async () => {
    const { own, registered } = createWrites();
    const odd = { ...draft, channel: 'Größe / "x"' };
    for (let round = 0; round < 2; round += 1) {
      await own.appendOne(draft);
      await own.appendOne(odd);
      await own.appendOne({ ...draft, channel: 'article', message: 'news' });
      await own.redact('a', draft);
      await own.revise('a', { ...draft, revises: 'article' });
      await own.revise('a', { ...draft, revises: 'other' });
    }
    const names = registered.map(({ name }) => name);
    expect(new Set(names).size).toBe(9);
    expect(names).toHaveLength(9);
    // Idempotency keys are stored with the name.
    expect(names[3]).toBe('posted.message.2sKj16uKRLXjiE9U1b81S8');
  });

  it('change an entity one at a time, and append events side by side', async () => {
    const { own, registered } = createWrites();
    await own.appendOne(draft);
    await own.redact('a', draft);
    await own.revise('a', { ...draft, revises: 'article' });
    expect(registered.slice(3).map(({ one }) => one)).toEqual([['id'], ['entity'], ['entity']]);
  });

  it('reject if the log has not appended the event', async () => {
    for (const nothing of [null, undefined]) {
      const { own } = createWrites({ seq: null, event: nothing as null, first: null });
      await expect(own.appendOne(draft)).rejects.toMatchObject({ code: 'internal' });
      await expect(own.appendOnce(draft, { user: 'u', key: 'k' })).rejects.toMatchObject({
        code: 'internal',
      });
    }
  });
});
