import type { Arguments, OptionTable } from './options.ts';

/** One of the things that `posted` does. */
export interface Command {
  readonly name: string;
  /** What it is given, as usage shows it: `<document> [options]`. */
  readonly operands: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it does, in full: lines of at most 96 characters. */
  readonly about: string;
  readonly options: OptionTable;
  readonly examples: readonly string[];
  /** Resolves with the exit code. */
  run(given: Arguments): Promise<number>;
}
