/** The logger that the runtime needs: methods that take fields first, then a constant message. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  /** The number of records dropped since the start, if the logger counts them. */
  readonly droppedRecords?: number;
}

/** From the most to the least verbose. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const ignore = (): void => {};

/** Discards every record. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
