import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { note, notesIn, notesOf } from '../suite/notes-application.ts';
import { makeDatabasePath, openEngine } from './open-engine.ts';

/** Whether the text is anywhere in the database's files. */
async function isInFiles(path: string, text: string): Promise<boolean> {
  const files = await Promise.all([path, `${path}-wal`].map((file) => readFile(file, 'latin1')));
  return files.some((file) => file.includes(text));
}

describe('the files of an SQLite log', () => {
  it('do not contain what was redacted or revised', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    const { create, edit, remove } = notesOf(engine);
    await create(note({ id: 'a', author: 'ada', text: 'the first text' }), undefined);
    await create(note({ id: 'b', author: 'ada', text: 'the second text' }), undefined);
    expect(await isInFiles(path, 'the first text')).toBe(true);
    await edit({ id: 'a', author: 'ada', text: 'an edited text' }, undefined);
    await expect.poll(() => isInFiles(path, 'the first text')).toBe(false);
    await remove({ id: 'a', author: 'ada' }, undefined);
    await expect.poll(() => isInFiles(path, 'an edited text')).toBe(false);
    expect(await notesIn(engine)).toMatchObject([{ text: 'the second text' }]);
  });

  it('keep it while somebody reads the state before, which holds up no write', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    const { create, remove } = notesOf(engine);
    await create(note({ id: 'a', author: 'ada', text: 'the first text' }), undefined);
    const reader = new DatabaseSync(path, { readOnly: true });
    onTestFinished(() => reader.close());
    reader.exec('begin');
    expect(reader.prepare('select text from note').all()).toMatchObject([{ text: 'the first text' }]);

    await remove({ id: 'a', author: 'ada' }, undefined);
    // Longer than the pause before the first attempt.
    for (let count = 0; count < 40; count += 1) {
      await create(note({ id: `b${count}`, author: 'ada' }), undefined);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await isInFiles(path, 'the first text')).toBe(true);
    reader.exec('commit');
    await expect.poll(() => isInFiles(path, 'the first text')).toBe(false);
    expect(await notesIn(engine)).toHaveLength(40);
  });
});
