import { mkdir } from 'node:fs/promises';
import { embeddedFile } from './embedded-file.ts';
import type { Migrations } from './migrations/run-migrations.ts';
import type { FromHost, ToHost, WriterPort } from './sqlite/writer-port.ts';

/** The writer of an embedded database, for several processes on this machine. Each reads the database itself. */
export interface SharedLog {
  /** Serves a process, which passes the other end of the connection to `openLog`, until it is gone. */
  serve(port: WriterPort<FromHost, ToHost>): void;
  /** Resolves with the cause if the database fails for good. */
  readonly failed: Promise<Error>;
  /** Call it when no process is served anymore. */
  close(): Promise<void>;
}

/** A process's end of its connection to the one that has the writer. */
export type SharedLogPort = WriterPort<ToHost, FromHost>;

/**
 * Opens an embedded database for other processes: it migrates the tables, and serves all writes.
 *
 * @throws Error that says why the database cannot be used, and what to do
 */
export async function openSharedLog({
  folder,
  migrations = () => ({}),
}: {
  /** Created if it does not exist. */
  readonly folder: string;
  /** Of the application's own tables. Default: none. */
  readonly migrations?: Migrations;
}): Promise<SharedLog> {
  const [{ openSharedWriter }, { WriterHost }] = await Promise.all([
    import('./sqlite/sqlite-engine.ts'),
    import('./sqlite/writer-host.ts'),
  ]);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const writer = await openSharedWriter({ path: embeddedFile(folder), migrations });
  const host = new WriterHost(writer);
  return {
    serve: (port) => host.serve(port),
    failed: writer.failed,
    close: () => writer.close(),
  };
}
