import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { migrations, note, notesOf } from '../suite/notes-application.ts';
import { openEngine } from './open-engine.ts';

const pgDump = globSync('/usr/lib/postgresql/*/bin/pg_dump').toSorted().at(-1) ?? 'pg_dump';

describePostgres('opening a PostgreSQL database', (server) => {
  test('begins one epoch, loudly, after its tables were restored from a dump', async () => {
    const url = await server().createDatabase();
    const before = await openEngine(url, { migrations });
    await notesOf(before).create(note(), undefined);
    const { epoch } = await before.state([]);
    await before.close();
    const { stdout } = await promisify(execFile)(pgDump, ['--inserts', '--dbname', url]);

    const restored = await server().createDatabase();
    await server().query(restored, stdout.replaceAll(/^\\.*$/gm, ''));
    const errors: string[] = [];
    const log = { ...silentLog, error: (_: unknown, message: string) => void errors.push(message) };
    const engines = await Promise.all([
      openEngine(restored, { migrations, log }),
      openEngine(restored, { migrations, log }),
    ]);
    const epochs = await Promise.all(engines.map(async (engine) => (await engine.state([])).epoch));
    expect(new Set(epochs).size).toBe(1);
    expect(epochs[0]).not.toBe(epoch);
    expect(errors).toEqual([expect.stringContaining('restored from a dump')]);

    expect((await (await openEngine(url, { migrations })).state([])).epoch).toBe(epoch);
  });

  test('refuses to migrate it while a node of the first version is connected', async () => {
    const url = await server().createDatabase();
    const node = new Client({ connectionString: url, application_name: 'posted' });
    await node.connect();
    onTestFinished(() => node.end().catch(() => {}));
    await expect(openEngine(url)).rejects.toThrow(
      /cannot be used: nodes of the first version of Posted use it, with 1 connections \(1 from 127.0.0.1\): stop all of them/,
    );
    await node.end();
    await expect.poll(() => openEngine(url).then(() => 'open', String)).toBe('open');
  });

  test('does not mind such a name once it is migrated', async () => {
    const url = await server().createDatabase();
    await openEngine(url);
    const other = new Client({ connectionString: url, application_name: 'posted' });
    await other.connect();
    onTestFinished(() => other.end());
    expect((await (await openEngine(url)).state([])).headSeq).toBe(0);
  });

  test('says that the password is wrong, without quoting it', async () => {
    const url = Object.assign(new URL(await server().createDatabase()), { password: 'hunter2' }).href;
    const refused = await openEngine(url).catch(String);
    expect(refused).toMatch(
      /^Error: the PostgreSQL database .* cannot be used: password authentication failed/,
    );
    expect(refused).not.toContain('hunter2');
  });
});
