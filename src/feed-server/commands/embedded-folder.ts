import type { Settings } from '../settings/read-settings.ts';

/**
 * The folder of the embedded store.
 *
 * @throws Error if the settings name a PostgreSQL database, which needs other tools
 */
export function embeddedFolder(
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  tools: string,
): string {
  if (databaseUrl === undefined) return dataDir;
  throw new Error(`DATABASE_URL is set, but this command is for the embedded store: use ${tools}`);
}
