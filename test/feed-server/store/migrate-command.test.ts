import { describe, expect, it } from 'vitest';
import { makeDataDir } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { runNode } from '../../support/server-process.ts';

const migrate = (env: Readonly<Record<string, string>>) =>
  runNode(['src/feed-server/commands/migrate.ts'], env);
const applied = {
  code: 0,
  stdout: expect.stringMatching(
    /^Applied 0000-posted-0001-log, .*0001-initial-tables, .*\. The schema version is 0007-name-keys\.\n$/,
  ),
};
const upToDate = { code: 0, stdout: 'Already up to date. The schema version is 0007-name-keys.\n' };

describe('npm run migrate', () => {
  it('migrates the embedded store and prints the result', async () => {
    const DATA_DIR = `${await makeDataDir()}/new`;
    expect(await migrate({ DATA_DIR })).toMatchObject({ ...applied, stderr: '' });
    expect(await migrate({ DATA_DIR })).toMatchObject({ ...upToDate, stderr: '' });
  });

  it('names an invalid setting without its password', async () => {
    const { code, stdout, stderr } = await migrate({ DATABASE_URL: 'mysql://posted:hunter2@db/posted' });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('DATABASE_URL: the URL must start with postgres:// or postgresql://.');
    expect(stderr).not.toContain('hunter2');
  });
});

describePostgres('npm run migrate on PostgreSQL', (server) => {
  it('migrates the database and prints the result', async () => {
    const DATABASE_URL = await server().createDatabase();
    expect(await migrate({ DATABASE_URL })).toMatchObject(applied);
    expect(await migrate({ DATABASE_URL })).toMatchObject(upToDate);
  });

  it('fails with the reason if the database does not exist', async () => {
    const url = Object.assign(new URL(await server().createDatabase()), { pathname: '/nowhere' });
    const { code, stdout, stderr } = await migrate({ DATABASE_URL: url.href });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^the PostgreSQL database "nowhere" .* does not exist \(SQLSTATE 3D000\)\.$/m);
  });
});
