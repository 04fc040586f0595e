/** Prints what `posted` reports: progress, notes, warnings and errors. */
import { formatProblem, GenerationError, mergeAlike } from '../contract/generation-error.ts';
import type { Reporter } from '../generate-files.ts';
import { printable, printableLines } from '../source/printable.ts';
import { UsageError } from './command.ts';

/** Prints one or more lines. */
export function print(text: string): void {
  process.stdout.write(`${printableLines(text)}\n`);
}

export function printError(text: string): void {
  process.stderr.write(`${printableLines(text)}\n`);
}

/** Each step prints at most this many warnings, so that they do not bury the progress. */
const maxWarnings = 20;

/** Prints progress, with the duration of each step, and notes to standard output, and warnings to standard error. */
export function createReporter(): Reporter {
  let lastMs = performance.now();
  let warnings = 0;
  return {
    progress(step) {
      const omitted = warnings - maxWarnings;
      if (omitted > 0) printWarning(`${omitted} more; run posted validate to see all of them`);
      warnings = 0;
      const nowMs = performance.now();
      print(`${printable(step)} (${Math.round(nowMs - lastMs)} ms)`);
      lastMs = nowMs;
    },
    warn(warning) {
      warnings += 1;
      if (warnings <= maxWarnings) printWarning(warning);
    },
    note: (text) => print(`note: ${printable(text)}`),
  };
}

/** Prints warnings only. */
export const quietReporter: Reporter = { progress() {}, warn: printWarning, note() {} };

/** Prints nothing. */
export const silentReporter: Reporter = { progress() {}, warn() {}, note() {} };

function printWarning(warning: string): void {
  printError(`warning: ${printable(warning)}`);
}

/** Prints an error to standard error and returns the exit code that it calls for. */
export function reportError(thrown: unknown): number {
  if (thrown instanceof UsageError) {
    printError(`posted: ${thrown.message} See posted --help.`);
    return 2;
  }
  printError(
    thrown instanceof GenerationError
      ? mergeAlike(thrown.problems).map(formatProblem).join('\n')
      : `posted: ${detailsOf(thrown)}`,
  );
  return 1;
}

function detailsOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // The message of a system error names the operation and the path. Any other error is a bug, which needs its stack.
  return 'syscall' in thrown ? thrown.message : (thrown.stack ?? thrown.message);
}
