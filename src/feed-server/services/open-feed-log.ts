import { type BrokerObserver, type OpenLog, openLog, openSharedLog, type SharedLog } from 'posted/log';
import { checking, sharedLogPort } from 'posted/node';
import type { Log } from 'posted/server';
import type { Settings } from '../settings/read-settings.ts';
import { table } from '../settings/table.ts';
import { feedMigrations } from '../store/migrations/feed-migrations.ts';

export interface OpenFeedLogOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly brokerObserver?: BrokerObserver;
  /** Called once if the embedded store fails for good. */
  readonly onFailure?: (cause: Error) => void;
}

/**
 * Opens the log that the settings name, with the feed's tables. Waits for a database that becomes unavailable.
 *
 * @throws Error that names the setting to check and says what is wrong
 */
export function openFeedLog({ settings, ...options }: OpenFeedLogOptions): Promise<OpenLog> {
  return openLog({
    database: databaseOf(settings),
    migrations: feedMigrations,
    brokerUrl: settings.brokerUrl?.reveal(),
    retentionMs: settings.retentionSeconds * 1000,
    maxDevicesPerUser: settings.maxDevicesPerUser,
    maxKeysPerUser: settings.maxKeysPerUser,
    maxKeysPerPublisher: settings.maxKeysPerPublisher,
    staleAfterMs: settings.logStaleMs,
    giveUpMs: settings.logGiveUpMs,
    ...options,
    settingNames: {
      databaseUrl: table.databaseUrl.name,
      databaseDirectUrl: table.databaseDirectUrl.name,
      folder: table.dataDir.name,
      brokerUrl: table.brokerUrl.name,
    },
  });
}

/**
 * Opens the embedded database for the workers of this process, if it is the one to use.
 *
 * @throws Error that names the setting to check and says what is wrong
 */
export async function shareEmbeddedLog({
  databaseUrl,
  dataDir,
}: DatabaseSettings): Promise<{ readonly sharedLog?: SharedLog }> {
  if (databaseUrl !== undefined) return {};
  return await checking(table.dataDir.name, async () => ({
    sharedLog: await openSharedLog({ folder: dataDir, migrations: feedMigrations }),
  }));
}

/** The database at DATABASE_URL, or else the embedded one in DATA_DIR. */
export function databaseOf({ databaseUrl, databaseDirectUrl, dataDir }: DatabaseSettings) {
  return databaseUrl === undefined
    ? { folder: dataDir, sharedLog: sharedLogPort() }
    : { url: databaseUrl.reveal(), directUrl: databaseDirectUrl?.reveal() };
}

type DatabaseSettings = Pick<Settings, 'databaseUrl' | 'databaseDirectUrl' | 'dataDir'>;
