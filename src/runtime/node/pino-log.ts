import { pino, stdSerializers } from 'pino';
import type { Log, LogLevel } from '../shared/log.ts';

/**
 * One JSON object a line on standard error; standard output is left to what a person asked for.
 * `fields` stand in every record.
 */
export function createLog(level: LogLevel, fields: Readonly<Record<string, unknown>> | null = null): Log {
  return pino(
    {
      level,
      base: fields,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
