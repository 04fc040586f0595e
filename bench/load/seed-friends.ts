import { createHash } from 'node:crypto';
import {
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { feedMigrations } from '../../src/feed-server/store/migrations/feed-migrations.ts';
import { migrateLog } from '../../src/runtime/log/migrate-log.ts';
import { silentLog } from '../../src/runtime/shared/log.ts';
import { progress } from '../support.ts';
import { createFollowGraph, type FollowGraph, type FollowGraphOptions, userIdOf } from './follow-graph.ts';

/** The file name of the embedded store. */
const databaseFile = 'posted.sqlite';

/** Before the first event, so that the friendships exist from the beginning of the log. */
const sinceSeq = 0;

/** The source files that determine the content of the file, besides the options. */
const sources = [
  '../../src/runtime/log/migrations/0000-posted-0001-log.ts',
  '../../src/feed-server/store/migrations/feed-migrations.ts',
  '../../test/support/history/random.ts',
  './follow-graph.ts',
  './seed-friends.ts',
];

/**
 * Creates an embedded store with the friendships of the graph, for a server that is not started yet.
 * The database is cached in `cacheDir` and copied the next time.
 */
export async function seedFriends(
  dataDir: string,
  options: FollowGraphOptions,
  cacheDir: string = join(tmpdir(), 'posted-bench-cache'),
): Promise<FollowGraph> {
  const graph = createFollowGraph(options);
  const { seed, readers, authors, meanFriends, starReaders } = options;
  const version = versionOfSources();
  const name = [version, seed, readers, authors, meanFriends, starReaders].join('-');
  const finished = join(cacheDir, `${name}.sqlite`);
  const copy = (): void => copyFileSync(finished, join(dataDir, databaseFile), constants.COPYFILE_FICLONE);
  try {
    copy();
  } catch {
    mkdirSync(cacheDir, { recursive: true });
    removeOthers(cacheDir, version);
    await build(finished, mkdtempSync(join(cacheDir, `${version}-building-`)), graph);
    copy();
  }
  return graph;
}

function versionOfSources(): string {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(new URL(source, import.meta.url)));
  return hash.digest('hex').slice(0, 16);
}

/** Old files are large and will not be used again. */
function removeOthers(cacheDir: string, version: string): void {
  for (const name of readdirSync(cacheDir)) {
    if (!name.startsWith(version)) rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
}

/** Renames the file when it is complete, so that other processes never copy a partial one. */
async function build(finished: string, dataDir: string, graph: FollowGraph): Promise<void> {
  const startMs = performance.now();
  try {
    await migrateLog({ database: { folder: dataDir }, migrations: feedMigrations, log: silentLog });
    insert(join(dataDir, databaseFile), graph);
    renameSync(join(dataDir, databaseFile), finished);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  progress(`${graph.edges} friendships written in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
}

/** In the order of the table's key, which makes inserts cheapest. */
function insert(path: string, { authorsOf, readersOf }: FollowGraph): void {
  const authors = readersOf.map((_, author) => userIdOf('author', author));
  const readers = authorsOf.map((follows, reader) => ({ id: userIdOf('reader', reader), follows }));
  const database = new DatabaseSync(path);
  // No journal: an incomplete file is rebuilt. The store restores its own journal mode when it opens the file.
  database.exec(
    'pragma locking_mode = exclusive; pragma journal_mode = off; pragma synchronous = off; begin',
  );
  const row = database.prepare('insert into posted_membership (user_id, topic, since_seq) values (?, ?, ?)');
  for (const { id, follows } of readers.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const friends = Array.from(follows, (author) => authors[author] as string).toSorted();
    for (const friend of friends) row.run(id, friend, sinceSeq);
  }
  database.exec('commit');
  database.close();
}
