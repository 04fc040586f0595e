import { printable } from '../source/printable.ts';

/** A problem of a contract: where it is, what is wrong, and how to fix it. */
export interface Problem {
  /** The contract's file, as given to the generator. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** JSON Pointer (RFC 6901) into the file; '' is the whole document. */
  readonly pointer: string;
  /** What is wrong, in lowercase and without a period. */
  readonly what: string;
  /** What to do about it, in the imperative. */
  readonly fix: string;
}

/** Ends a run with all problems that one step found, in the order of the files. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `file:line:column  pointer  what is wrong; how to fix it`, which editors and terminals turn into a link. */
export function formatProblem({ file, line, column, pointer, what, fix }: Problem): string {
  return printable(`${file}:${line}:${column}  ${pointer === '' ? '/' : pointer}  ${what}; ${fix}`);
}
