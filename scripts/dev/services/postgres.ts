import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { appendFile, chown, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineCommand, EngineConfig, EngineSpec } from './engine-spec.ts';
import { nobodyIfRoot } from './nobody.ts';

/** The newest version that Debian installed. */
const initdb = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted().at(-1);

export interface PostgresOptions {
  /** Settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Options of initdb. */
  readonly initdbOptions?: readonly string[];
  /**
   * A folder that keeps a new cluster for each user, password and options of initdb. Copying it takes a quarter of the
   * time of initdb.
   */
  readonly clusters?: string;
}

/** PostgreSQL with its default settings. */
export const postgres: EngineSpec = createPostgres();

export function createPostgres({
  settings = {},
  initdbOptions = [],
  clusters,
}: PostgresOptions = {}): EngineSpec {
  return {
    name: 'postgres',
    install: 'apt-get install postgresql',
    defaultPort: 5432,
    isInstalled: () => initdb !== undefined,
    async prepare(config) {
      const { folder } = config;
      if (clusters === undefined) {
        await createCluster(folder, config, initdbOptions);
      } else {
        const kept = await keepCluster(clusters, config, initdbOptions);
        await own(folder);
        const copy = ['-a', join(kept, 'data'), folder];
        await promisify(execFile)('cp', copy, { cwd: folder, ...nobodyIfRoot });
      }
      return [serve(config, settings)];
    },
    urlOf: (config) => postgresUrl(config, 'postgres'),
  };
}

/** The name that a standby has in `synchronous_standby_names` of its primary. */
export const standbyName = 'standby';

/**
 * A hot standby that copies the data of `primary`, which must be running while this one is prepared, and then
 * streams its WAL. Users and passwords are those of the primary, whose URL is `primaryUrl`.
 */
export function createStandby(primaryUrl: string, settings: PostgresOptions['settings'] = {}): EngineSpec {
  const { username, password } = new URL(primaryUrl);
  return {
    ...postgres,
    async prepare(config) {
      await own(config.folder);
      const source = Object.assign(new URL(primaryUrl), { search: `application_name=${standbyName}` });
      const options = [`--dbname=${source.href}`, `--pgdata=${join(config.folder, 'data')}`];
      // With --write-recovery-conf, it starts as a standby of its source.
      options.push('--write-recovery-conf', '--checkpoint=fast', '--no-sync');
      await run('pg_basebackup', options, { cwd: config.folder });
      // It reconnects to a primary that was restarted after at most this time, instead of 5 s.
      return [serve(config, { wal_retrieve_retry_interval: '100ms', ...settings })];
    },
    urlOf: ({ host, port }) => `postgres://${username}:${password}@${host}:${port}/postgres`,
  };
}

export function postgresUrl(
  { host, port, user, password }: Pick<EngineConfig, 'host' | 'port' | 'user' | 'password'>,
  database: string,
): string {
  return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}

type Credentials = Pick<EngineConfig, 'user' | 'password'>;

async function createCluster(
  folder: string,
  { user, password }: Credentials,
  initdbOptions: readonly string[],
): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  await own(folder, passwordFile);
  const data = join(folder, 'data');
  const cluster = [`--pgdata=${data}`, `--username=${user}`, `--pwfile=${passwordFile}`];
  const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--no-sync', ...initdbOptions];
  await run('initdb', [...cluster, ...options], { cwd: folder });
  // By default, PostgreSQL accepts clients from 127.0.0.1 only. Not `samenet`: while the network is cut, the
  // engine has no address and would reject clients that connected just before.
  const accepted = ['all', 'replication'].map((database) => `host ${database} all all scram-sha-256\n`);
  await appendFile(join(data, 'pg_hba.conf'), accepted.join(''));
}

/** Resolves with the folder of a kept cluster, which this process creates unless one has. */
async function keepCluster(
  clusters: string,
  { user, password }: Credentials,
  initdbOptions: readonly string[],
): Promise<string> {
  const key = createHash('sha256').update(
    JSON.stringify([process.getuid?.(), initdb, user, password, initdbOptions]),
  );
  const kept = join(clusters, `posted-cluster-${key.digest('hex').slice(0, 16)}`);
  if (existsSync(kept)) return kept;
  const created = await mkdtemp(`${kept}-`);
  await createCluster(created, { user, password }, initdbOptions);
  try {
    await rename(created, kept);
  } catch (thrown) {
    // Another process was faster.
    await rm(created, { recursive: true });
    if (!existsSync(kept)) throw thrown;
  }
  return kept;
}

function serve(
  { folder, host, port }: EngineConfig,
  settings: Readonly<Record<string, string>>,
): EngineCommand {
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', join(folder, 'data'), '-p', String(port), '-k', folder, '-h', host, ...options];
  return { program: programPath('postgres'), args, ...(nobodyIfRoot && { owner: nobodyIfRoot }) };
}

async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string },
): Promise<void> {
  await promisify(execFile)(programPath(program), [...args], { ...options, ...nobodyIfRoot });
}

function programPath(name: string): string {
  if (initdb === undefined) throw new Error('PostgreSQL is not installed');
  return join(dirname(initdb), name);
}

/** Gives the files to the user that PostgreSQL runs as. */
async function own(...paths: readonly string[]): Promise<void> {
  if (nobodyIfRoot === undefined) return;
  for (const path of paths) await chown(path, nobodyIfRoot.uid, nobodyIfRoot.gid);
}
