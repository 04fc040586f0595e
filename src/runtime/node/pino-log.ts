import { pino, stdSerializers } from 'pino';
import type { Log, LogLevel } from '../shared/log.ts';
import { LogBuffer } from '../shared/log-buffer.ts';

/**
 * The log of a process. Logging never blocks, never throws, and uses a bounded amount of memory: records that cannot be
 * written to standard error are dropped.
 */
export interface ProcessLog extends Log {
  /** The number of records dropped since the start. */
  readonly droppedRecords: number;
}

/** Writes JSON lines to standard error, because standard output is for the command's own output. Every record has `fields`. */
export function createLog(
  level: LogLevel,
  fields: Readonly<Record<string, unknown>> | null = null,
): ProcessLog {
  const buffer = new LogBuffer({
    // Logged as an error, so that every level except `silent` shows it.
    onRecovered: (droppedRecords) =>
      logger.error(
        { droppedRecords },
        'log records were dropped: they could not be written to standard error',
      ),
  });
  const logger = pino(
    {
      level,
      base: fields,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
    },
    buffer,
  );
  return {
    debug: (...record) => logger.debug(...record),
    info: (...record) => logger.info(...record),
    warn: (...record) => logger.warn(...record),
    error: (...record) => logger.error(...record),
    get droppedRecords() {
      return buffer.droppedRecords;
    },
  };
}
