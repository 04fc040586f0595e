import { pino, stdSerializers } from 'pino';
import type { Log, LogLevel } from './log.ts';

/** One JSON object a line on standard error; standard output is left to what a person asked for. */
export function createLog(level: LogLevel): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
