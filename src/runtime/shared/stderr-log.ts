import { formatRecord } from './format-record.ts';
import { type Log, type LogLevel, logLevels } from './log.ts';

export interface StderrLogOptions {
  /** The minimum level of the records that are written. Default: `warn`. */
  readonly level?: LogLevel;
  /** How much may wait for a slow reader before records are dropped, in bytes. Default: 1,048,576. */
  readonly maxBufferedBytes?: number;
}

/**
 * Writes readable records to standard error. It never throws and never ends the process: records that a full disk, a
 * closed pipe or a slow reader rejects are dropped, and their count is written before the next record that fits.
 */
export function createStderrLog({
  level = 'warn',
  maxBufferedBytes = 1_048_576,
}: StderrLogOptions = {}): Log {
  const minimum = logLevels.indexOf(level);
  let dropped = 0;

  function write(text: string): void {
    const count = dropped;
    const chunk = count === 0 ? text : formatRecord('warn', { count }, 'log records were dropped') + text;
    if (process.stderr.writableLength + Buffer.byteLength(chunk) > maxBufferedBytes) {
      dropped += 1;
      return;
    }
    dropped = 0;
    process.stderr.write(chunk, (error) => {
      if (!error) return;
      dropped += count + 1;
      // The stream emits the error next, which ends the process if nothing listens.
      if (process.stderr.listenerCount('error') === 0) process.stderr.once('error', ignore);
    });
  }

  function writerOf(recordLevel: Exclude<LogLevel, 'silent'>): Log['error'] {
    if (logLevels.indexOf(recordLevel) < minimum) return ignore;
    return (fields, message) => {
      try {
        write(formatRecord(recordLevel, fields, message));
      } catch {
        // A getter or a custom inspector of a logged value has thrown.
        dropped += 1;
      }
    };
  }

  return {
    debug: writerOf('debug'),
    info: writerOf('info'),
    warn: writerOf('warn'),
    error: writerOf('error'),
  };
}

const ignore = (): void => {};
