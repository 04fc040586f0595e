import { inspect } from 'node:util';
import type { LogLevel } from './log.ts';

const maxTextLength = 1000;
const maxErrorLength = 20_000;
const maxCauses = 5;

/**
 * One log record as text: a line with the time, the level, the message and the fields, then the stack of the error
 * in `err` with its causes. Control characters are escaped, so a client's text can neither forge a record nor reach
 * the terminal. Of an error only the stack is printed: its other properties may hold credentials.
 */
export function formatRecord(
  level: LogLevel,
  { err, ...fields }: Readonly<Record<string, unknown>>,
  message: string,
): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`);
  const line = `${new Date().toISOString()} ${level.toUpperCase()} ${escapeControls(message)}${pairs.join('')}\n`;
  return err === undefined ? line : `${line}${indent(formatError(err).slice(0, maxErrorLength))}\n`;
}

function formatValue(value: unknown): string {
  const text = typeof value === 'string' ? value : describe(value);
  const short = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
  return /^[\w.:/@{}+-]+$/.test(short) ? short : `"${escapeControls(short).replaceAll('"', '\\"')}"`;
}

/** A stack with the stacks of its causes, and of the errors that an AggregateError collects. */
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
    .map((line) => `    ${escapeControls(line)}`)
    .join('\n');
}

function escapeControls(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
