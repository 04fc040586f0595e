import { pino, stdSerializers } from 'pino';
import type { Log, LogLevel } from '../shared/log.ts';
import { LogBuffer } from './log-buffer.ts';
import { createStandardErrorWriter } from './standard-error.ts';

/**
 * The log of a process. Logging never blocks, never throws, and uses a bounded amount of memory: records that
 * standard error does not take are dropped.
 */
export interface ProcessLog extends Log {
  /** The number of records dropped since the start. */
  readonly droppedRecords: number;
}

/** Writes JSON lines to standard error; standard output is left to the command's own output. `fields` are in every record. */
export function createLog(
  level: LogLevel,
  fields: Readonly<Record<string, unknown>> | null = null,
): ProcessLog {
  const buffer = new LogBuffer({
    write: createStandardErrorWriter(),
    // An error, so that every level but `silent` shows it.
    onRecovered: (droppedRecords) =>
      logger.error({ droppedRecords }, 'log records were dropped: standard error did not take them'),
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
