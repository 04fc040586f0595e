import { embeddedFile } from './embedded-file.ts';

/**
 * Copies the embedded log of a folder to a new file, as it is at one moment, whether or not a server is using it.
 *
 * @throws Error that says what is wrong, and leaves no file behind
 */
export async function backupLog(folder: string, toFile: string): Promise<void> {
  const { backupSqlite } = await import('./sqlite/backup.ts');
  await backupSqlite(embeddedFile(folder), toFile);
}

/**
 * Puts a copy of an embedded log in place of that of a folder, which no server may be using. Resolves with the
 * new name of the replaced file; null if nothing was replaced.
 *
 * @throws Error that says what is wrong, with nothing changed
 */
export async function restoreLog(fromFile: string, folder: string): Promise<string | null> {
  const { restoreSqlite } = await import('./sqlite/backup.ts');
  return await restoreSqlite(fromFile, embeddedFile(folder));
}
