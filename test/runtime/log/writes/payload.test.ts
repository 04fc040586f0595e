import { describe, expect, it } from 'vitest';
import { draftColumns } from '../../../../src/runtime/log/writes/draft-columns.ts';
import { earlyRenderer, payloadRenderer } from '../../../../src/runtime/log/writes/payload.ts';
import { registeredWrite } from '../../../../src/runtime/log/writes/registered-write.ts';
import type {
  EventDefinition,
  PayloadTemplate,
} from '../../../../src/runtime/log/writes/write-definition.ts';

const row = { id: '1', author: 'ada', tags: ['x', { y: 'é' }] };
const returned = { counted: { likes: 3 }, nothing: null };

const writeWith = (event?: EventDefinition) =>
  registeredWrite({
    name: 'createNote',
    row: { id: 'text', author: 'text', tags: 'json' },
    one: ['id'],
    statements: { counted: 'update note set likes = likes + 1 returning likes' },
    ...(event === undefined ? {} : { event: event as EventDefinition<'id' | 'author' | 'tags'> }),
  });
const message = (payload: PayloadTemplate): EventDefinition => ({
  channel: 'notes',
  message: 'note',
  topic: 'author',
  payload,
});

describe('a payload', () => {
  it('takes values from columns and from what statements return', () => {
    const template = { id: 'id', meta: { tags: 'tags', likes: 'counted.likes' } };
    expect(payloadRenderer(template)({ row, returned })).toBe(
      '{"id":"1","meta":{"tags":["x",{"y":"é"}],"likes":3}}',
    );
    expect(payloadRenderer('tags')({ row, returned })).toBe('["x",{"y":"é"}]');
  });

  it('leaves out what has no value, and is null without any', () => {
    const template = { id: 'id', a: 'nothing.likes', b: 'missing.likes', c: 'missing' };
    expect(payloadRenderer(template)({ row, returned })).toBe('{"id":"1"}');
    expect(payloadRenderer('missing')({ row, returned })).toBe('null');
  });

  it('is known before the statements run unless it uses what they return', () => {
    expect(earlyRenderer(writeWith(message({ id: 'id' })))(row)).toBe('{"id":"1"}');
    expect(earlyRenderer(writeWith(message({ likes: 'counted.likes' })))(row)).toBeNull();
    expect(earlyRenderer(writeWith({ kind: 'join', topic: 'id', user: 'author' }))(row)).toBeNull();
    expect(earlyRenderer(writeWith())(row)).toBeNull();
  });
});

describe('the columns of a drafted event', () => {
  const draft = { channel: 'news', message: 'article', topic: 'ann' };

  it('have JSON, a mark, and no list of readers without readers', () => {
    const columns = { ...draft, also: null, payload: '{"a":1}', mark: expect.any(Number) };
    expect(draftColumns({ ...draft, payload: { a: 1 } })).toEqual(columns);
    expect(draftColumns({ ...draft, payload: { a: 1 }, also: [] })).toEqual(columns);
    expect(draftColumns({ ...draft, payload: undefined, also: ['bob'] })).toEqual({
      ...columns,
      also: '["bob"]',
      payload: 'null',
    });
  });
});
