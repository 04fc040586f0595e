import type { ContractSource } from './contract-source.ts';
import { formatProblem, GenerationError, type Problem } from './generation-error.ts';

/** A location in a file of a contract. */
export interface SourceLocation {
  readonly source: ContractSource;
  /** JSON Pointer into that source. Its target need not exist. */
  readonly pointer: string;
}

/** Collects the problems and warnings of a contract, in all of its files. */
export class Problems {
  readonly #strict: boolean;
  /** File names in the order of reading. */
  readonly #files: string[] = [];
  readonly #problems = new Map<string, Problem>();
  readonly #warnings = new Map<string, Problem>();

  /** @param strict whether warnings count as problems */
  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** Equal problems of one location are reported once. */
  report(location: SourceLocation, what: string, fix: string): void {
    add(this.#problems, locate(location, what, fix));
  }

  warn(location: SourceLocation, what: string, fix: string): void {
    add(this.#strict ? this.#problems : this.#warnings, locate(location, what, fix));
  }

  /** Adds the problems that reading a file found. */
  include({ file, problems }: ContractSource): void {
    this.#files.push(file);
    for (const problem of problems) add(this.#problems, problem);
  }

  get warnings(): readonly string[] {
    return this.#inOrder(this.#warnings).map(formatProblem);
  }

  /** @throws GenerationError with all problems reported so far, if there are any */
  throw(): void {
    if (this.#problems.size > 0) throw new GenerationError(this.#inOrder(this.#problems));
  }

  /** File by file, from top to bottom. */
  #inOrder(problems: ReadonlyMap<string, Problem>): readonly Problem[] {
    const fileIndex = ({ file }: Problem): number => this.#files.indexOf(file);
    return [...problems.values()].toSorted(
      (a, b) => fileIndex(a) - fileIndex(b) || a.line - b.line || a.column - b.column,
    );
  }
}

function locate({ source, pointer: target }: SourceLocation, what: string, fix: string): Problem {
  const { pointer, line, column } = source.find(target);
  return { file: source.file, line, column, pointer, what, fix };
}

function add(to: Map<string, Problem>, problem: Problem): void {
  const { file, pointer, what } = problem;
  to.set(JSON.stringify([file, pointer, what]), problem);
}
