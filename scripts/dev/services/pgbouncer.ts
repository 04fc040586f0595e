import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineSpec } from './engine-spec.ts';
import { findProgram } from './find-program.ts';
import { nobodyIfRoot } from './nobody.ts';

export interface PgBouncerOptions {
  /** The URL of the database to which its clients connect, with the password. */
  readonly target: string;
  /** The maximum number of connections to a database. Default: 4. */
  readonly poolSize?: number;
}

/** Whether PgBouncer is installed. */
export function hasPgBouncer(): boolean {
  return findProgram('pgbouncer') !== undefined;
}

/** PgBouncer in transaction mode: clients share sessions, and have one to themselves only during a transaction. */
export function createPgBouncer({ target, poolSize = 4 }: PgBouncerOptions): EngineSpec {
  const database = new URL(target);
  return {
    name: 'pgbouncer',
    install: 'apt-get install pgbouncer',
    defaultPort: 6432,
    isInstalled: hasPgBouncer,
    async prepare({ folder, host, port }) {
      const [configFile, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')];
      await writeFile(users, `${quote(database.username)} ${quote(decodeURIComponent(database.password))}\n`);
      const config = [
        '[databases]',
        `* = host=${database.hostname} port=${database.port}`,
        '[pgbouncer]',
        'pool_mode = transaction',
        `default_pool_size = ${poolSize}`,
        'max_client_conn = 1000',
        `listen_addr = ${host}`,
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = scram-sha-256',
        `auth_file = ${users}`,
        // By default, it waits for 15 s before it connects again to a server that was down.
        'server_login_retry = 1',
        'server_connect_timeout = 5',
        'query_wait_timeout = 10',
      ];
      await writeFile(configFile, `${config.join('\n')}\n`);
      if (nobodyIfRoot !== undefined) {
        for (const path of [folder, configFile, users]) await chown(path, nobodyIfRoot.uid, nobodyIfRoot.gid);
      }
      const program = findProgram('pgbouncer');
      if (program === undefined) throw new Error('PgBouncer is not installed');
      return [{ program, args: [configFile], ...(nobodyIfRoot && { owner: nobodyIfRoot }) }];
    },
    urlOf: ({ host, port }) => Object.assign(new URL(target), { hostname: host, port: String(port) }).href,
  };
}

/** A quoted string of PgBouncer's auth_file, https://www.pgbouncer.org/config.html */
function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
