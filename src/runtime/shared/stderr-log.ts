import { inspect } from 'node:util';
import { type Log, type LogLevel, logLevels } from './log.ts';
import { LogBuffer } from './log-buffer.ts';

export interface StderrLogOptions {
  /** The minimum level of the records that are written. Default: `warn`. */
  readonly level?: LogLevel;
  /** How much may wait to be written before records are dropped, in bytes. Default: 1,048,576. */
  readonly maxBufferedBytes?: number;
}

/**
 * Writes readable records to standard error. It never blocks, never throws and never ends the process: records that a
 * full disk, a closed pipe or a slow reader rejects are dropped, and their number is logged once writing works again.
 */
export function createStderrLog({ level = 'warn', maxBufferedBytes }: StderrLogOptions = {}): Log {
  const minimum = logLevels.indexOf(level);
  const buffer = new LogBuffer({
    ...(maxBufferedBytes === undefined ? {} : { maxBufferedBytes }),
    onRecovered: (droppedRecords) =>
      buffer.write(formatRecord('warn', { droppedRecords }, 'log records were dropped')),
  });

  function writerOf(recordLevel: Exclude<LogLevel, 'silent'>): Log['error'] {
    if (logLevels.indexOf(recordLevel) < minimum) return () => {};
    return (fields, message) => {
      let record: string;
      try {
        record = formatRecord(recordLevel, fields, message);
      } catch {
        // A getter or a custom inspector of a logged value has thrown.
        buffer.drop();
        return;
      }
      buffer.write(record);
    };
  }

  return {
    debug: writerOf('debug'),
    info: writerOf('info'),
    warn: writerOf('warn'),
    error: writerOf('error'),
    get droppedRecords() {
      return buffer.droppedRecords;
    },
  };
}

const maxTextLength = 1000;
const maxErrorLength = 20_000;
const maxCauses = 5;

/**
 * One record as text: a line with the time, the level, the message and the fields, then the stack of the error in `err`
 * with its causes. Control characters are escaped, so a client's text can neither forge a record nor reach the terminal.
 * Only the stack of an error is printed, because its other properties may hold credentials.
 */
function formatRecord(
  level: LogLevel,
  { err, ...fields }: Readonly<Record<string, unknown>>,
  message: string,
): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`);
  const head = `${new Date().toISOString()} ${level.toUpperCase()} ${escapeControls(message)}${pairs.join('')}\n`;
  return err === undefined ? head : `${head}${indent(formatError(err).slice(0, maxErrorLength))}\n`;
}

function formatValue(value: unknown): string {
  const text = typeof value === 'string' ? value : describe(value);
  const short = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
  return /^[\w.:/@{}+-]+$/.test(short) ? short : `"${escapeControls(short).replaceAll('"', '\\"')}"`;
}

/** A stack, followed by the stacks of its causes and of the errors in an AggregateError. */
function formatError(thrown: unknown, depth = 0): string {
  if (!(thrown instanceof Error)) return `thrown: ${describe(thrown).slice(0, maxTextLength)}`;
  const stack = thrown.stack ?? `${thrown.name}: ${thrown.message}`;
  if (depth === maxCauses) return stack;
  const causes = [
    ...(thrown.cause === undefined ? [] : [thrown.cause]),
    ...(thrown instanceof AggregateError ? thrown.errors.slice(0, maxCauses) : []),
  ];
  return [stack, ...causes.map((cause) => `caused by ${formatError(cause, depth + 1)}`)].join('\n');
}

function describe(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((row) => `    ${escapeControls(row)}`)
    .join('\n');
}

function escapeControls(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
