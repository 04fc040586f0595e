import { basename } from 'node:path';
import { ContractFiles } from './contract-files.ts';
import type { ContractSource } from './contract-source.ts';
import type { Problem } from './generation-error.ts';
import { joinPointer, nearestOf, pointerOfReference, splitPointer, valueAt } from './json-pointer.ts';
import { Problems, type SourceLocation } from './problems.ts';

/** A position in a file of a contract. */
export type Position = Pick<Problem, 'file' | 'line' | 'column' | 'pointer'>;

/**
 * A self-contained contract: every `$ref` points into the document, however many files the author wrote. Problems are
 * reported at the author's own lines.
 */
export class ContractDocument {
  /** The contract's main file, as given to the generator. */
  readonly file: string;
  /** Plain JSON, never modified. */
  readonly value: unknown;
  readonly #problems: Problems;
  readonly #locate: (pointer: string) => SourceLocation;

  constructor(file: string, value: unknown, problems: Problems, locate: (pointer: string) => SourceLocation) {
    this.file = file;
    this.value = value;
    this.#problems = problems;
    this.#locate = locate;
  }

  /** The file name without its folder, so that generated files do not depend on the working directory. */
  get name(): string {
    return basename(this.file);
  }

  /**
   * A transformed version of this document.
   *
   * @param moved the pointers of moved values in this document, by their pointers in the new one
   */
  transform(value: unknown, moved: ReadonlyMap<string, string>): ContractDocument {
    return new ContractDocument(this.file, value, this.#problems, (pointer) => {
      const [origin, keys] = nearestOf(moved, pointer) ?? ['', splitPointer(pointer)];
      return this.#locate(joinPointer(origin, ...keys));
    });
  }

  /** The position of a value in the author's files, with its own pointer there. */
  find(pointer: string): Position {
    const { source, pointer: target } = this.#locate(pointer);
    return { file: source.file, ...source.find(target) };
  }

  /** Adds a problem, which {@link throwProblems} throws at the end of a step. */
  report(pointer: string, what: string, fix: string): void {
    this.#problems.report(this.#locate(pointer), what, fix);
  }

  warn(pointer: string, what: string, fix: string): void {
    this.#problems.warn(this.#locate(pointer), what, fix);
  }

  get warnings(): readonly string[] {
    return this.#problems.warnings;
  }

  /** @throws GenerationError with all problems reported so far, if there are any */
  throwProblems(): void {
    this.#problems.throw();
  }

  /** The value at a pointer behind any `$ref`, with its own pointer. References must have been checked. */
  resolve(pointer: string): { readonly pointer: string; readonly value: unknown } {
    const origin = this.origin(pointer);
    const value = valueAt(this.value, origin);
    const reference = typeof value === 'object' && value !== null && '$ref' in value ? value.$ref : undefined;
    const target = typeof reference === 'string' ? pointerOfReference(reference) : null;
    return target === null ? { pointer: origin, value } : this.resolve(target);
  }

  /** The pointer to a value's own position, where the given pointer leads through references. */
  origin(pointer: string): string {
    if (pointer === '') return '';
    const keys = splitPointer(pointer);
    const parent = joinPointer('', ...keys.slice(0, -1));
    return joinPointer(this.resolve(parent).pointer, keys.at(-1) ?? '');
  }
}

/** A single file as a document. */
export function documentOf(source: ContractSource, problems: Problems): ContractDocument {
  problems.include(source);
  return new ContractDocument(source.file, source.value, problems, (pointer) => ({ source, pointer }));
}

/**
 * Reads a contract that consists of one file.
 *
 * @param strict whether warnings count as problems
 * @throws GenerationError for a file that cannot be read, or is neither JSON nor YAML
 */
export async function readContract(file: string, strict = false): Promise<ContractDocument> {
  return documentOf(await new ContractFiles().readMain(file), new Problems(strict));
}
