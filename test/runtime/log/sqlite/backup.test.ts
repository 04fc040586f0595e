import { copyFile, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupSqlite, restoreSqlite } from '../../../../src/runtime/log/sqlite/backup.ts';
import { countTo, readLog } from '../suite/database.ts';
import { note, notesIn, notesOf } from '../suite/notes-application.ts';
import { makeDatabasePath, openEngine } from './open-engine.ts';
import { runWrites } from './run-writes.ts';

describe('a backup', () => {
  it('of a log that another process is writing is consistent, and has all that was written before', async () => {
    const path = await makeDatabasePath();
    const copy = join(dirname(path), 'backup.sqlite');
    const made = Promise.withResolvers<readonly string[]>();
    const printed: string[] = [];
    await runWrites(path, {
      onPrinted: async (count, child) => {
        printed.push(String(count));
        if (count !== 500) return;
        await backupSqlite(path, copy).then(() => made.resolve(printed), made.reject);
        child.kill('SIGKILL');
      },
    });
    await made.promise;
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    const engine = await openEngine({ path: copy });
    const events = await readLog(engine);
    expect(events.length).toBeGreaterThanOrEqual(499);
    expect(events.map(({ seq }) => seq)).toEqual(countTo(events.length));
    expect((await notesIn(engine)).map(({ seq }) => seq)).toEqual(countTo(events.length));
  });

  it('begins a new epoch the first time it is opened, and the original keeps its own', async () => {
    const path = await makeDatabasePath();
    const copy = join(dirname(path), 'backup.sqlite');
    const engine = await openEngine({ path });
    await notesOf(engine).create(note(), undefined);
    await backupSqlite(path, copy);
    expect(await notesOf(engine).create(note(), undefined)).toMatchObject({ seq: 2 });
    const { epoch } = await engine.state([]);
    const restored = await openEngine({ path: copy });
    const begun = (await restored.state([])).epoch;
    expect(begun).not.toBe(epoch);
    expect((await readLog(restored)).length).toBe(1);
    await restored.close();
    expect((await (await openEngine({ path: copy })).state([])).epoch).toBe(begun);
    await engine.close();
    expect((await (await openEngine({ path })).state([])).epoch).toBe(epoch);
  });

  it('works while the server is stopped, and leaves nothing behind if it fails', async () => {
    const path = await makeDatabasePath();
    const folder = dirname(path);
    const copy = join(folder, 'backup.sqlite');
    await expect(backupSqlite(path, copy)).rejects.toThrow(`${path} does not exist`);
    const engine = await openEngine({ path });
    await notesOf(engine).create(note(), undefined);
    const incomplete = join(folder, 'incomplete.sqlite');
    await copyFile(path, incomplete);
    await engine.close();
    await expect(backupSqlite(incomplete, copy)).rejects.toThrow(`${incomplete} lacks its newest data`);
    expect((await readdir(folder)).filter((name) => name.startsWith('backup'))).toEqual([]);
    await backupSqlite(path, copy);
    await expect(backupSqlite(path, copy)).rejects.toThrow(`${copy} exists already`);
    expect((await readLog(await openEngine({ path: copy }))).length).toBe(1);
    expect((await readLog(await openEngine({ path }))).length).toBe(1);
  });
});

describe('restoring a backup', () => {
  it('puts it in place with a new epoch, and keeps the replaced file', async () => {
    const path = await makeDatabasePath();
    const copy = join(dirname(path), 'backup.sqlite');
    const engine = await openEngine({ path });
    const { create } = notesOf(engine);
    await create(note(), undefined);
    await backupSqlite(path, copy);
    await create(note(), undefined);
    const { epoch } = await engine.state([]);
    await expect(restoreSqlite(copy, path)).rejects.toThrow(`${path} is in use by another process`);
    await engine.close();

    const previous = await restoreSqlite(copy, path);
    expect(basename(previous ?? '')).toMatch(/^posted\.sqlite\.replaced-/);
    const restored = await openEngine({ path });
    expect((await readLog(restored)).length).toBe(1);
    expect((await restored.state([])).epoch).not.toBe(epoch);
    const replaced = await openEngine({ path: previous ?? '' });
    expect((await readLog(replaced)).length).toBe(2);
    expect((await replaced.state([])).epoch).toBe(epoch);
  });

  it('keeps the WAL of a log that was killed with it', async () => {
    const path = await makeDatabasePath();
    const copy = join(dirname(path), 'backup.sqlite');
    const { printed } = await runWrites(path, {
      onPrinted: (count, child) => {
        if (count === 300) child.kill('SIGKILL');
      },
    });
    const killed = join(dirname(path), 'killed.sqlite');
    for (const suffix of ['', '-wal']) await copyFile(`${path}${suffix}`, `${killed}${suffix}`);
    await backupSqlite(killed, copy);
    const previous = await restoreSqlite(copy, path);
    const replaced = await openEngine({ path: previous ?? '' });
    expect((await readLog(replaced)).length).toBeGreaterThanOrEqual(printed.length - 2);
  });

  it('works where there is no log yet, and refuses what is not one, with nothing changed', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    await notesOf(engine).create(note(), undefined);
    const incomplete = join(dirname(path), 'incomplete.sqlite');
    await copyFile(path, incomplete);
    await engine.close();
    const text = join(dirname(path), 'text');
    await writeFile(text, 'a text file that is long enough to have a header. '.repeat(50));
    await expect(restoreSqlite(text, path)).rejects.toThrow(`${text} cannot be used`);
    expect((await readLog(await openEngine({ path }))).length).toBe(1);
    // A file that lacks its WAL can be restored: what is missing is given up.
    const other = await makeDatabasePath();
    expect(await restoreSqlite(incomplete, other)).toBeNull();
    expect((await (await openEngine({ path: other })).state([])).headSeq).toBe(0);
  });
});
