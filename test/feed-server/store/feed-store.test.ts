import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { createFeedQueries } from '../../../src/feed-server/store/feed-queries.ts';
import { registerFeedWrites } from '../../../src/feed-server/store/feed-writes.ts';
import { feedMigrations } from '../../../src/feed-server/store/migrations/feed-migrations.ts';
import { createEventLog } from '../../../src/runtime/log/create-event-log.ts';
import type { LogEngine } from '../../../src/runtime/log/engine.ts';
import { openPostgresEngine } from '../../../src/runtime/log/postgres/postgres-engine.ts';
import { openSqliteEngine } from '../../../src/runtime/log/sqlite/sqlite-engine.ts';
import { createLog } from '../../../src/runtime/node/pino-log.ts';
import { makeDataDir } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { describeComments } from './suite/comments.ts';
import { describeCredentials } from './suite/credentials.ts';
import { describeFeed } from './suite/feed.ts';
import type { FeedStore } from './suite/feed-store.ts';
import { describeLikes } from './suite/likes.ts';
import { describePosts } from './suite/posts.ts';
import { describeUsers } from './suite/users.ts';

const log = createLog('silent');

function storeOf(engine: LogEngine, name: 'sqlite' | 'postgres'): FeedStore {
  onTestFinished(() => engine.close());
  const eventLog = createEventLog(engine, () => {});
  return {
    log: eventLog,
    queries: createFeedQueries((kind) => eventLog.reads(kind), name),
    writes: registerFeedWrites(eventLog),
  };
}

async function openEmbedded(): Promise<FeedStore> {
  const path = join(await makeDataDir(), 'posted.sqlite');
  return storeOf(await openSqliteEngine({ path, migrations: feedMigrations, log }), 'sqlite');
}

describe('the feed in an embedded store', () => {
  describePosts(openEmbedded);
  describeFeed(openEmbedded);
  describeLikes(openEmbedded);
  describeComments(openEmbedded);
  describeCredentials(openEmbedded);
  describeUsers(openEmbedded);
});

describePostgres('the feed in PostgreSQL', (server) => {
  const open = async () => {
    const url = await server().createDatabase();
    return storeOf(await openPostgresEngine({ url, migrations: feedMigrations, log }), 'postgres');
  };
  describePosts(open);
  describeFeed(open);
  describeLikes(open);
  describeComments(open);
  describeCredentials(open);
  describeUsers(open);
});
