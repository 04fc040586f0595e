import type { ContractSource } from './contract-source.ts';
import { formatProblem, GenerationError, type Problem } from './generation-error.ts';

/** Where something was written. */
export interface Place {
  readonly source: ContractSource;
  /** JSON Pointer into that source; what it points to need not exist. */
  readonly pointer: string;
}

/** What has been found wrong with a contract, in all of its files. */
export class Problems {
  readonly #strict: boolean;
  /** By their names, in the order in which they were read. */
  readonly #files: string[] = [];
  readonly #problems = new Map<string, Problem>();
  readonly #warnings = new Map<string, Problem>();

  /** Strict: a warning is a problem. */
  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** The same is said once of a place. */
  report(place: Place, what: string, fix: string): void {
    add(this.#problems, locate(place, what, fix));
  }

  warn(place: Place, what: string, fix: string): void {
    add(this.#strict ? this.#problems : this.#warnings, locate(place, what, fix));
  }

  /** Takes over what was found wrong with a file when it was read. */
  include({ file, problems }: ContractSource): void {
    this.#files.push(file);
    for (const problem of problems) add(this.#problems, problem);
  }

  get warnings(): readonly string[] {
    return this.#inOrder(this.#warnings).map(formatProblem);
  }

  /** @throws GenerationError with everything reported so far, if there is anything */
  throw(): void {
    if (this.#problems.size > 0) throw new GenerationError(this.#inOrder(this.#problems));
  }

  /** File by file, each from its top. */
  #inOrder(problems: ReadonlyMap<string, Problem>): readonly Problem[] {
    const place = ({ file }: Problem): number => this.#files.indexOf(file);
    return [...problems.values()].toSorted(
      (a, b) => place(a) - place(b) || a.line - b.line || a.column - b.column,
    );
  }
}

function locate({ source, pointer: wanted }: Place, what: string, fix: string): Problem {
  const { pointer, line, column } = source.find(wanted);
  return { file: source.file, line, column, pointer, what, fix };
}

function add(to: Map<string, Problem>, problem: Problem): void {
  const { file, pointer, what } = problem;
  to.set(JSON.stringify([file, pointer, what]), problem);
}
