import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { appendFile, chown, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineSpec } from './engine-spec.ts';

/** The newest version that Debian installed. */
const initdb = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted().at(-1);

/** The user and group `nobody` on Linux, since PostgreSQL refuses to run as root. */
const nobody = { uid: 65_534, gid: 65_534 };

export const postgres: EngineSpec = {
  name: 'postgres',
  install: 'apt-get install postgresql',
  defaultPort: 5432,
  isInstalled: () => initdb !== undefined,
  async prepare({ folder, host, port, user, password }) {
    if (initdb === undefined) throw new Error('PostgreSQL is not installed');
    const owner = process.getuid?.() === 0 ? nobody : undefined;
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, password);
    if (owner !== undefined) {
      for (const path of [folder, passwordFile]) await chown(path, owner.uid, owner.gid);
    }
    const data = join(folder, 'data');
    const cluster = [`--pgdata=${data}`, `--username=${user}`, `--pwfile=${passwordFile}`];
    const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--no-sync'];
    await promisify(execFile)(initdb, [...cluster, ...options], { cwd: folder, ...owner });
    // By default, PostgreSQL accepts clients from 127.0.0.1 only. Not `samenet`: while the network is cut, the
    // engine has no address and would reject clients that connected just before.
    await appendFile(join(data, 'pg_hba.conf'), 'host all all all scram-sha-256\n');
    const args = ['-D', data, '-p', String(port), '-k', folder, '-h', host];
    return [{ program: join(dirname(initdb), 'postgres'), args, ...(owner && { owner }) }];
  },
  urlOf: ({ host, port, user, password }) => `postgres://${user}:${password}@${host}:${port}/postgres`,
};
