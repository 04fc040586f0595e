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
    super(mergeAlike(problems).map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `file:line:column  pointer  what is wrong; how to fix it`, which editors and terminals turn into a link. */
export function formatProblem({ file, line, column, pointer, what, fix }: Problem): string {
  return printable(`${file}:${line}:${column}  ${pointer === '' ? '/' : pointer}  ${what}; ${fix}`);
}

/** From this number on, problems that differ only in names are one line. */
const manyAlike = 5;

/** The most lines that a merged problem names. */
const maxNamedLines = 6;

/**
 * Problems of one kind as one problem, where there are many: a mistake that an author makes everywhere fills pages otherwise.
 * The result has the order of the first ones.
 */
export function mergeAlike(problems: readonly Problem[]): readonly Problem[] {
  const groups = Map.groupBy(problems, ({ file, what, fix }) =>
    JSON.stringify([file, withoutNames(what), withoutNames(fix)]),
  );
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length + 1 < manyAlike) return [first, ...others];
    const lines = others.slice(0, maxNamedLines).map(({ line }) => line);
    const more = others.length > maxNamedLines ? ', …' : '';
    return [
      { ...first, fix: `${first.fix} (and ${others.length} more like it: lines ${lines.join(', ')}${more})` },
    ];
  });
}

function withoutNames(text: string): string {
  return text.replaceAll(/`[^`]*`|"[^"]*"/g, '…');
}
