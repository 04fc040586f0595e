import type { Migrations } from 'posted/log';
import { initialTables } from './0001-initial-tables.ts';
import { adoptFirstVersion } from './0002-adopt-first-version.ts';
import { searchIndex } from './0003-search-index.ts';
import { likesAndComments } from './0004-likes-and-comments.ts';
import { devicesByChannel } from './0005-devices-by-channel.ts';
import { credentials } from './0006-credentials.ts';
import { nameKeys } from './0007-name-keys.ts';

/** The migrations of the feed's own tables, which run after those of the log. */
export const feedMigrations: Migrations = (types) => ({
  '0001-initial-tables': initialTables(types),
  '0002-adopt-first-version': adoptFirstVersion(types),
  '0003-search-index': searchIndex,
  '0004-likes-and-comments': likesAndComments(types),
  '0005-devices-by-channel': devicesByChannel,
  '0006-credentials': credentials(types),
  '0007-name-keys': nameKeys(types),
});

/** The schema version of the feed's tables: the name of the newest migration. */
export const feedSchema: string =
  Object.keys(feedMigrations({ engine: 'sqlite', integer: 'integer', text: 'text' })).at(-1) ?? '';
