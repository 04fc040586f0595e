import { copyFile, open, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Checkpoints } from '../../../../src/runtime/log/sqlite/checkpoints.ts';
import { openDatabaseFile } from '../../../../src/runtime/log/sqlite/database-file.ts';
import { migrateSqliteFile } from '../../../../src/runtime/log/sqlite/sqlite-engine.ts';
import { countTo, readLog } from '../suite/database.ts';
import { migrations, note, notesOf } from '../suite/notes-application.ts';
import { makeDatabasePath, openEngine } from './open-engine.ts';
import { runWrites } from './run-writes.ts';

/** Opens the file without an engine, which must be closed. */
function inspect<Result>(path: string, use: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** Empties the WAL, or stops before the statement with this number. Returns whether it was emptied. */
function emptyUntil(database: DatabaseSync, crashAt: number): boolean {
  let count = 0;
  const step = (): void => {
    count += 1;
    if (count >= crashAt) throw new Error('crashed');
  };
  const stepping = {
    exec(sql: string) {
      step();
      database.exec(sql);
    },
    prepare: (sql: string) => ({
      get() {
        step();
        return database.prepare(sql).get();
      },
    }),
  };
  try {
    return new Checkpoints(stepping as unknown as DatabaseSync).empty();
  } catch {
    return false;
  }
}

describe('the file of an SQLite log', () => {
  it('is readable by its owner only', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    await notesOf(engine).create(note(), undefined);
    for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}.lock`]) {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
  });

  it('is refused while an engine has it open, in this process or another', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    await expect(openEngine({ path })).rejects.toThrow(`${path} is in use by another process`);
    const other = await runWrites(path);
    expect(other.errorText).toContain(`${path} is in use by another process`);
    await notesOf(engine).create(note(), undefined);
    await engine.close();
    expect((await readLog(await openEngine({ path }))).length).toBe(1);
  });

  it('is refused while the first version has it open', async () => {
    const path = await makeDatabasePath();
    await migrateSqliteFile(path, migrations);
    const first = new DatabaseSync(path);
    try {
      first.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; begin immediate; commit');
      await expect(openEngine({ path })).rejects.toThrow('is in use by another process');
    } finally {
      first.close();
    }
  });

  it('opens after a crash at any moment while its WAL is emptied', async () => {
    const path = await makeDatabasePath();
    const file = openDatabaseFile(path);
    const { database } = file;
    onTestFinished(() => file.close());
    database.exec('create table word (text)');
    let crashed = 0;
    for (let step = 1; ; step += 1) {
      database.prepare('insert into word values (?)').run(String(step));
      const isDone = emptyUntil(database, step);
      const copy = join(dirname(path), `copy${step}.sqlite`);
      await Promise.all([copyFile(path, copy), copyFile(`${path}-wal`, `${copy}-wal`)]);
      const opened = openDatabaseFile(copy);
      expect(opened.database.prepare('select count(*) as words from word').get()).toEqual({ words: step });
      opened.close();
      if (isDone) break;
      crashed += 1;
    }
    expect(crashed).toBeGreaterThan(4);
  });

  it('is complete without a WAL once the engine is closed', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    await notesOf(engine).create(note(), undefined);
    await engine.close();
    await expect(stat(`${path}-wal`)).rejects.toMatchObject({ code: 'ENOENT' });
    const copy = join(dirname(path), 'copy.sqlite');
    await copyFile(path, copy);
    expect((await readLog(await openEngine({ path: copy }))).length).toBe(1);
  });

  it('is refused if it was copied without its WAL while an engine had it open', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    const copy = join(dirname(path), 'copy.sqlite');
    await copyFile(path, copy);
    await notesOf(engine).create(note(), undefined);
    for (const moment of ['after its creation', 'after a write']) {
      await expect(openEngine({ path: copy }), moment).rejects.toThrow(`${copy} lacks its newest data`);
      await copyFile(path, copy);
    }
    await copyFile(`${path}-wal`, `${copy}-wal`);
    expect((await readLog(await openEngine({ path: copy }))).length).toBe(1);
  });

  it('gets the pages of a WAL of 32 MB while it is open, and is still refused without that WAL', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    const { create } = notesOf(engine);
    for (const _ of countTo(12)) await create(note({ text: 'x'.repeat(2_000_000) }), undefined);
    expect((await stat(path)).size).toBeGreaterThan(30_000_000);
    expect((await stat(`${path}-wal`)).size).toBeLessThan(45_000_000);
    const copy = join(dirname(path), 'copy.sqlite');
    await copyFile(path, copy);
    await expect(openEngine({ path: copy })).rejects.toThrow(`${copy} lacks its newest data`);
  });

  it('opens after another program has merged the WAL that a killed process left', async () => {
    const path = await makeDatabasePath();
    await runWrites(path, {
      onPrinted: (count, child) => {
        if (count === 100) child.kill('SIGKILL');
      },
    });
    expect((await stat(`${path}-wal`)).size).toBeGreaterThan(0);
    inspect(path, (database) => database.prepare('select count(*) from note').get());
    await expect(stat(`${path}-wal`)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await readLog(await openEngine({ path }))).length).toBeGreaterThan(90);
  });

  it('of the first version is refused if it has no tables and no WAL, which a copy may lack', async () => {
    const path = await makeDatabasePath();
    inspect(path, (database) => database.exec('pragma journal_mode = wal; pragma user_version = 0; vacuum'));
    expect((await stat(path)).size).toBeGreaterThan(0);
    await expect(openEngine({ path })).rejects.toThrow(`${path} lacks its newest data`);
  });

  it('is refused if only its WAL is there', async () => {
    const path = await makeDatabasePath();
    await writeFile(`${path}-wal`, 'something');
    await expect(openEngine({ path })).rejects.toThrow(`it is missing or empty, but ${path}-wal has data`);
  });

  it('is created in an empty file, and in one whose creation was interrupted', async () => {
    const path = await makeDatabasePath();
    await writeFile(path, '');
    await (await openEngine({ path })).close();
    const interrupted = await makeDatabasePath();
    await expect(
      openEngine({
        path: interrupted,
        migrations: () => ({
          '0001-fails': {
            async up() {
              throw new Error('no');
            },
          },
        }),
      }),
    ).rejects.toThrow(`${interrupted} cannot be used: no`);
    await openEngine({ path: interrupted });
  });

  it('is refused if it is damaged or not a database', async () => {
    const path = await makeDatabasePath();
    await writeFile(path, 'a text file that is long enough to have a header. '.repeat(50));
    await expect(openEngine({ path })).rejects.toThrow(`${path} is damaged or is not an SQLite database`);
    const damaged = await makeDatabasePath();
    await migrateSqliteFile(damaged, migrations);
    const file = await open(damaged, 'r+');
    await file.write(Buffer.alloc(2000, 0xff), 0, 2000, 100);
    await file.close();
    await expect(openEngine({ path: damaged })).rejects.toThrow(damaged);
  });

  it('is refused if its schema is newer', async () => {
    const path = await makeDatabasePath();
    await migrateSqliteFile(path, migrations);
    inspect(path, (database) =>
      database.exec("insert into kysely_migration values ('0099-later', '2030-01-01')"),
    );
    await expect(openEngine({ path })).rejects.toThrow('its schema (0099-later) is newer');
  });

  it('overwrites what was deleted', async () => {
    const path = await makeDatabasePath();
    const engine = await openEngine({ path });
    const { create, remove } = notesOf(engine);
    await create(note({ id: 'n', text: 'a text that must not survive' }), undefined);
    await remove({ id: 'n', author: 'ada' }, undefined);
    await engine.close();
    const file = await open(path);
    expect((await file.readFile()).includes('must not survive')).toBe(false);
    await file.close();
  });
});
