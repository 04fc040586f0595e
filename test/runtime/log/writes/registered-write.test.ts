import { describe, expect, it } from 'vitest';
import { registeredWrite } from '../../../../src/runtime/log/writes/registered-write.ts';
import type { Columns, WriteDefinition } from '../../../../src/runtime/log/writes/write-definition.ts';

type Definition = WriteDefinition<Columns>;

const row = { id: 'text', author: 'text', readers: 'json', likes: 'integer?' } as const;
const event = { channel: 'notes', message: 'note', topic: 'author', payload: { id: 'id' } } as const;
const valid: Definition = { name: 'createNote', row, one: ['id'], event };

const statements = {
  note: 'insert into note (id) select id from item returning id',
  seen: 'update author set notes = notes + 1',
};

const register = (changes: Partial<Definition>) => registeredWrite({ ...valid, ...changes });
const withEvent = (changes: object) => ({ event: { ...event, ...changes } }) as Partial<Definition>;

describe('a registered write', () => {
  it('is plain data, with a value for what its definition leaves out', () => {
    const write = register({});
    expect(structuredClone(write)).toEqual(write);
    expect(write).toEqual({
      name: 'createNote',
      columns: [
        { name: 'id', type: 'text', isNullable: false },
        { name: 'author', type: 'text', isNullable: false },
        { name: 'readers', type: 'json', isNullable: false },
        { name: 'likes', type: 'integer', isNullable: true },
      ],
      one: ['id'],
      where: null,
      statements: [],
      when: null,
      isNumberedFirst: true,
      key: null,
      event,
      hasReturnedPayload: false,
    });
  });

  it('has what its definition says', () => {
    const key = { user: 'author', body: ['id'] };
    const write = register({
      where: 'true',
      statements,
      when: 'note',
      key,
      ...withEvent({ payload: { nested: { id: 'note.id' } } }),
    });
    expect(write).toMatchObject({
      where: 'true',
      when: 'note',
      key,
      isNumberedFirst: false,
      hasReturnedPayload: true,
      statements: [
        { name: 'note', sql: statements.note, returns: true },
        { name: 'seen', sql: statements.seen, returns: false },
      ],
    });
  });

  it.each([
    ['select id, seq from item RETURNING id', true],
    ['insert into note select id from item returning SEQ', true],
    ['insert into note (sequence, my_seq) select id, id from item returning id', false],
  ])('is numbered first if its deciding statement uses seq: %s', (note, isNumberedFirst) => {
    expect(register({ statements: { note }, when: 'note' }).isNumberedFirst).toBe(isNumberedFirst);
  });

  it('may have no event', () => {
    const { event: _, ...silent } = valid;
    expect(registeredWrite(silent)).toMatchObject({ event: null, hasReturnedPayload: false });
  });

  it.each([
    ['a letter and 99 other characters', { name: `a${'B.9-_'.repeat(20)}`.slice(0, 100) }],
    ['a column with 51 characters', { row: { ...row, [`a${'_9b'.repeat(20)}`.slice(0, 51)]: 'text' } }],
    ['a column with an underscore first', { row: { ...row, _9: 'text' } }],
    ['a statement that begins with a word like `with`', { statements: { note: 'without' } }],
    ['a statement that contains `with`', { statements: { note: 'insert into note with x' } }],
    ['an event that is sent to nobody', withEvent({ channel: undefined, message: undefined })],
    ['a redaction without a payload', withEvent({ kind: 'redact', entity: 'id', payload: undefined })],
    ['a revision that is sent', withEvent({ kind: 'revise', entity: 'id', revises: 'note' })],
    [
      'a revision that is sent to nobody, of a message in a channel',
      withEvent({ kind: 'revise', message: undefined, entity: 'id', revises: 'note' }),
    ],
    ['a revocation', withEvent({ kind: 'revoke', channel: undefined, message: undefined })],
    ['readers of type json', withEvent({ also: 'readers' })],
    ['a payload that is a column', withEvent({ payload: 'likes' })],
    ['a membership', { event: { kind: 'join', topic: 'id', user: 'author' } }],
  ] as [string, Partial<Definition>][])('can be registered with %s', (_, changes) => {
    expect(() => register(changes)).not.toThrow();
  });

  it.each([
    ['its name must be', { name: '' }],
    ['its name must be', { name: '9lives' }],
    ['its name must be', { name: 'create note' }],
    ['its name must be', { name: '-createNote' }],
    ['its name must be', { name: `a${'b'.repeat(100)}` }],
    ['"Id" must be lower-case', { row: { ...row, Id: 'text' } }],
    ['"9" must be lower-case', { row: { ...row, 9: 'text' } }],
    ['"a-b" must be lower-case', { row: { ...row, 'a-b': 'text' } }],
    [`"${'a'.repeat(52)}" must be lower-case`, { row: { ...row, ['a'.repeat(52)]: 'text' } }],
    ['the column name "seq" is reserved', { row: { ...row, seq: 'integer' } }],
    ['the column name "at" is reserved', { row: { ...row, at: 'integer' } }],
    ['the column name "posted_x" is reserved', { row: { ...row, posted_x: 'text' } }],
    ['`one` must name at least one column', { one: [] }],
    ['`one` names the column "name"', { one: ['id', 'name'] }],
    ['`one` names the column "toString"', { one: ['toString'] }],
    ['`key` names the column "name"', { key: { user: 'name', body: [] } }],
    ['`key` names the column "name"', { key: { user: 'author', body: ['id', 'name'] } }],
    ['the statement name "Note"', { statements: { Note: 'select 1' } }],
    ['must not begin with `with`', { statements: { note: '\n WITH x as (select 1) select 1' } }],
    ['`when` has no meaning without `event`', { statements, when: 'note', event: undefined }],
    ['`when` names the statement "gone"', { statements, when: 'gone' }],
    ['the statement "seen" must return', { statements, when: 'seen' }],
    ['`event.topic` names the column "name"', withEvent({ topic: 'name' })],
    ['`event.topic` names the column "name"', { event: { kind: 'join', topic: 'name', user: 'id' } }],
    ['`event.user` names the column "name"', { event: { kind: 'leave', topic: 'id', user: 'name' } }],
    ['needs both `channel` and `message`', withEvent({ channel: undefined })],
    ['needs both `channel` and `message`', withEvent({ message: undefined })],
    [
      'needs both `channel` and `message`',
      withEvent({ kind: 'revise', channel: undefined, entity: 'id', revises: 'note' }),
    ],
    ['needs both `channel` and `message`', withEvent({ kind: 'redact', message: undefined, entity: 'id' })],
    ['`event.entity` names the column "name"', withEvent({ entity: 'name' })],
    ['kind redact needs an `entity`', withEvent({ kind: 'redact' })],
    ['a revocation is sent to nobody', withEvent({ kind: 'revoke' })],
    ['`revises` belongs to events', withEvent({ entity: 'id', revises: 'note' })],
    ['`revises` belongs to events', withEvent({ kind: 'revise', entity: 'id' })],
    ['`event.payload` is missing', withEvent({ payload: undefined })],
    [
      '`event.payload` is missing',
      withEvent({ kind: 'revise', entity: 'id', revises: 'note', payload: undefined }),
    ],
    ['`event.also` names the column "name"', withEvent({ also: 'name' })],
    ['must be of type json', withEvent({ also: 'author' })],
    ['`event.address` names the column "name"', withEvent({ address: 'name' })],
    ['the column of `event.address` must be of type text', withEvent({ address: 'likes' })],
    [
      '`event.address` has no meaning without `channel`',
      withEvent({ address: 'author', channel: undefined, message: undefined }),
    ],
    ['`event.payload` names the column "name"', withEvent({ payload: { id: 'id', deep: { name: 'name' } } })],
    ['no statement "gone" returns', { statements, ...withEvent({ payload: 'gone.id' }) }],
    ['no statement "seen" returns', { statements, ...withEvent({ payload: 'seen.id' }) }],
    ['whose column must be lower-case', { statements, ...withEvent({ payload: 'note.Id' }) }],
  ] as [string, Partial<Definition>][])('is refused with the reason: %s', (reason, changes) => {
    expect(() => register(changes)).toThrow(/^The write .* cannot be registered: .*\.$/);
    expect(() => register(changes)).toThrow(reason);
  });
});
