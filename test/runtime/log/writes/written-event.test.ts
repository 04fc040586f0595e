import { describe, expect, it } from 'vitest';
import { registeredWrite } from '../../../../src/runtime/log/writes/registered-write.ts';
import type { EventDefinition } from '../../../../src/runtime/log/writes/write-definition.ts';
import { draftedEvent, writtenEvent } from '../../../../src/runtime/log/writes/written-event.ts';

const parts = { seq: 5, mark: 7, createdAtMs: 9, payload: '{}' };
const row = { id: 8, author: 'ada', readers: ['bob'], none: null };

const eventOf = (event: EventDefinition<'id' | 'author' | 'readers' | 'none'>) =>
  writtenEvent(
    registeredWrite({
      name: 'createNote',
      row: { id: 'integer', author: 'text', readers: 'json', none: 'json?' },
      one: ['id'],
      event,
    }),
    row,
    parts,
  );

const message = { channel: 'notes', message: 'note', topic: 'author', payload: 'id' } as const;

describe('the event of a write', () => {
  it('has the topic, the readers and the entity of its row', () => {
    expect(eventOf({ ...message, also: 'readers', entity: 'author' })).toEqual({
      ...parts,
      kind: 'message',
      channel: 'notes',
      message: 'note',
      topic: 'ada',
      also: ['bob'],
      entity: 'ada',
      revises: null,
    });
  });

  it('has no readers and no entity without their columns or values', () => {
    expect(eventOf(message)).toMatchObject({ also: [], entity: null });
    expect(eventOf({ ...message, also: 'none', entity: 'none' })).toMatchObject({ also: [], entity: null });
  });

  it('may be sent to nobody, and change an earlier one', () => {
    const revision = { kind: 'revise', topic: 'author', entity: 'author', payload: 'id' } as const;
    expect(eventOf({ ...revision, channel: 'notes', revises: 'note' })).toMatchObject({
      kind: 'revise',
      channel: 'notes',
      message: null,
      revises: 'note',
    });
    expect(eventOf({ kind: 'redact', topic: 'author', entity: 'author' })).toMatchObject({
      kind: 'redact',
      channel: null,
      message: null,
      revises: null,
    });
  });

  it('is a membership with the topic and the user of its row, as text', () => {
    const { payload: _, ...others } = parts;
    for (const kind of ['join', 'leave'] as const) {
      expect(eventOf({ kind, topic: 'id', user: 'author' })).toEqual({
        ...others,
        kind,
        topic: '8',
        user: 'ada',
      });
    }
  });
});

describe('the event of a draft', () => {
  it('has what its draft says', () => {
    const draft = { channel: 'news', message: 'article', topic: 'ann', payload: {} };
    const event = {
      ...parts,
      kind: 'message',
      channel: 'news',
      message: 'article',
      topic: 'ann',
      revises: null,
    };
    expect(draftedEvent(draft, parts)).toEqual({ ...event, also: [], entity: null });
    expect(draftedEvent({ ...draft, also: ['bob'], entity: 'a' }, parts)).toEqual({
      ...event,
      also: ['bob'],
      entity: 'a',
    });
  });
});
