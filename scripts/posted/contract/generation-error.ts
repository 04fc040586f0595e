/** Something wrong with a contract, said so that its author can go there and mend it. */
export interface Problem {
  /** The contract's file, as it was named to the generator. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** JSON Pointer (RFC 6901) into the contract; '' is the whole document. */
  readonly pointer: string;
  readonly what: string;
  readonly fix: string;
}

/** Ends a run: all that one step found wrong, in the order of the files. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `file:line:column  pointer  what is wrong; how to fix it`, which editors and terminals make a link of. */
export function formatProblem({ file, line, column, pointer, what, fix }: Problem): string {
  return `${file}:${line}:${column}  ${pointer === '' ? '/' : pointer}  ${what}; ${fix}`;
}
