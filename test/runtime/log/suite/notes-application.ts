import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import type { Migrations } from '../../../../src/runtime/log/migrations/run-migrations.ts';
import { registeredWrite } from '../../../../src/runtime/log/writes/registered-write.ts';

/** The tables of an application of both engines. */
export interface NoteTables {
  note: {
    seq: number;
    id: string;
    author: string;
    text: string;
    tags: string | null;
    likes: number;
    created_at: number;
  };
  note_like: { note_id: string; user_id: string };
}

export const migrations: Migrations = ({ integer, text }) => ({
  '0001-notes': {
    async up({ schema }) {
      await schema
        .createTable('note')
        .addColumn('seq', integer, (column) => column.notNull().primaryKey())
        .addColumn('id', text, (column) => column.notNull().unique())
        .addColumn('author', text, (column) => column.notNull())
        .addColumn('text', text, (column) => column.notNull())
        .addColumn('tags', text)
        .addColumn('likes', integer, (column) => column.notNull().defaultTo(sql`0`))
        .addColumn('created_at', integer, (column) => column.notNull())
        .execute();
      await schema
        .createTable('note_like')
        .addColumn('note_id', text, (column) => column.notNull())
        .addColumn('user_id', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('note_like_primary', ['note_id', 'user_id'])
        .execute();
    },
  },
});

const insertNote = `insert into note (seq, id, author, text, tags, created_at)
  select seq, id, author, text, tags, at from item`;
const isOwn = '(id, author) in (select id, author from item)';

const createNote = registeredWrite({
  name: 'createNote',
  row: { id: 'text', author: 'text', text: 'text', tags: 'json?' },
  one: ['id'],
  key: { user: 'author', body: ['text', 'tags'] },
  statements: { note: insertNote },
  event: {
    channel: 'notes',
    message: 'note',
    topic: 'author',
    entity: 'id',
    payload: { id: 'id', text: 'text', meta: { tags: 'tags' } },
  },
});

/** Its deciding statement uses `seq`. */
const createOnce = registeredWrite({
  name: 'createOnce',
  row: { id: 'text', author: 'text', text: 'text', tags: 'json?' },
  one: ['id'],
  statements: { note: `${insertNote} where true on conflict do nothing returning seq` },
  when: 'note',
  event: { channel: 'notes', message: 'note', topic: 'author', entity: 'id', payload: { id: 'id' } },
});

/** Its deciding statement does not use `seq`, and its payload uses what another statement returns. */
const likeNote = registeredWrite({
  name: 'likeNote',
  row: { note_id: 'text', user_id: 'text', readers: 'json' },
  one: ['note_id', 'user_id'],
  where: 'exists (select 1 from note where note.id = item.note_id)',
  statements: {
    liked: `insert into note_like (note_id, user_id) select note_id, user_id from item where true
      on conflict do nothing returning note_id, user_id`,
    counted: `update note set likes = likes + (select count(*) from item where item.note_id = note.id)
      where id in (select note_id from item) returning id as note_id, likes`,
  },
  when: 'liked',
  event: {
    channel: 'notes',
    message: 'liked',
    topic: 'user_id',
    also: 'readers',
    entity: 'note_id',
    payload: { noteId: 'note_id', likes: 'counted.likes' },
  },
});

const editNote = registeredWrite({
  name: 'editNote',
  row: { id: 'text', author: 'text', text: 'text' },
  one: ['id'],
  statements: {
    edited: `update note set text = (select item.text from item where item.id = note.id)
      where ${isOwn} returning id`,
  },
  when: 'edited',
  event: {
    kind: 'revise',
    channel: 'notes',
    message: 'edited',
    topic: 'author',
    entity: 'id',
    payload: { id: 'id', text: 'text' },
    revises: 'note',
  },
});

const deleteNote = registeredWrite({
  name: 'deleteNote',
  row: { id: 'text', author: 'text' },
  one: ['id'],
  statements: { gone: `delete from note where ${isOwn} returning id` },
  when: 'gone',
  event: { kind: 'redact', topic: 'author', entity: 'id' },
});

/** A write without an event. */
const renameAuthor = registeredWrite({
  name: 'renameAuthor',
  row: { old_name: 'text', new_name: 'text' },
  one: ['old_name'],
  statements: {
    renamed: `update note set author = (select new_name from item where old_name = author)
      where author in (select old_name from item)`,
  },
});

const membership = { row: { user_id: 'text', topic: 'text' }, one: ['user_id', 'topic'] } as const;

const join = registeredWrite({
  name: 'join',
  ...membership,
  event: { kind: 'join', topic: 'topic', user: 'user_id' },
});

const leave = registeredWrite({
  name: 'leave',
  ...membership,
  event: { kind: 'leave', topic: 'topic', user: 'user_id' },
});

/** Joins the topic of a note's author, if the user liked the note. */
const joinLiked = registeredWrite({
  name: 'joinLiked',
  ...membership,
  statements: {
    liked: `delete from note_like where (note_id, user_id) in (select topic, user_id from item)
      returning note_id as topic, user_id`,
  },
  when: 'liked',
  event: { kind: 'join', topic: 'topic', user: 'user_id' },
});

/** The writes of the application, registered in an engine. */
export function notesOf(engine: LogEngine) {
  return {
    create: engine.register(createNote),
    createOnce: engine.register(createOnce),
    like: engine.register(likeNote),
    edit: engine.register(editNote),
    remove: engine.register(deleteNote),
    rename: engine.register(renameAuthor),
    join: engine.register(join),
    leave: engine.register(leave),
    joinLiked: engine.register(joinLiked),
  };
}

export function note(parts: Partial<Note> = {}): Note {
  return { id: randomUUID(), author: 'ada', text: 'a text', tags: null, ...parts };
}

interface Note extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly tags: unknown;
}

/** The notes in the table, by seq. */
export async function notesIn(engine: LogEngine): Promise<readonly NoteTables['note'][]> {
  return await engine.reads<NoteTables>().selectFrom('note').selectAll().orderBy('seq').execute();
}
