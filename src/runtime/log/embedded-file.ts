import { join } from 'node:path';

/** The database file of an embedded log, in its folder. */
export function embeddedFile(folder: string): string {
  return join(folder, 'posted.sqlite');
}
