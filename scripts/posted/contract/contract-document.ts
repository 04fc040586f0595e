import { basename } from 'node:path';
import { ContractFiles } from './contract-files.ts';
import type { ContractSource } from './contract-source.ts';
import { joinPointer, nearestOf, pointerOfReference, splitPointer, valueAt } from './json-pointer.ts';
import { type Place, Problems } from './problems.ts';

/**
 * A contract that stands for itself, whatever files it was written in: every `$ref` in it leads to another place
 * in it. What is wrong with it is reported where the author wrote it.
 */
export class ContractDocument {
  /** The file that its author calls the contract, as it was named to the generator. */
  readonly file: string;
  /** Plain JSON. Nobody changes it. */
  readonly value: unknown;
  readonly #problems: Problems;
  readonly #locate: (pointer: string) => Place;

  constructor(file: string, value: unknown, problems: Problems, locate: (pointer: string) => Place) {
    this.file = file;
    this.value = value;
    this.#problems = problems;
    this.#locate = locate;
  }

  /** The name of the file without its folder: generated files name it, wherever the generator was started. */
  get name(): string {
    return basename(this.file);
  }

  /**
   * The document that this one becomes.
   *
   * @param moved by pointers into it, the pointers into this one to what is found there now; the rest stays
   */
  become(value: unknown, moved: ReadonlyMap<string, string>): ContractDocument {
    return new ContractDocument(this.file, value, this.#problems, (pointer) => {
      const [origin, keys] = nearestOf(moved, pointer) ?? ['', splitPointer(pointer)];
      return this.#locate(joinPointer(origin, ...keys));
    });
  }

  /** Problems are reported once, and thrown at the end of a step. */
  report(pointer: string, what: string, fix: string): void {
    this.#problems.report(this.#locate(pointer), what, fix);
  }

  warn(pointer: string, what: string, fix: string): void {
    this.#problems.warn(this.#locate(pointer), what, fix);
  }

  get warnings(): readonly string[] {
    return this.#problems.warnings;
  }

  /** @throws GenerationError with everything reported so far, if there is anything */
  throwProblems(): void {
    this.#problems.throw();
  }

  /** The value that a pointer leads to and the pointer to it, through any `$ref`; references must have been checked. */
  resolve(pointer: string): { readonly pointer: string; readonly value: unknown } {
    const origin = this.origin(pointer);
    const value = valueAt(this.value, origin);
    const reference = typeof value === 'object' && value !== null && '$ref' in value ? value.$ref : undefined;
    const target = typeof reference === 'string' ? pointerOfReference(reference) : null;
    return target === null ? { pointer: origin, value } : this.resolve(target);
  }

  /** The pointer to where a value really stands, if references lead to the one that is given. */
  origin(pointer: string): string {
    if (pointer === '') return '';
    const keys = splitPointer(pointer);
    const parent = joinPointer('', ...keys.slice(0, -1));
    return joinPointer(this.resolve(parent).pointer, keys.at(-1) ?? '');
  }
}

/** What one file says, as it stands there. */
export function documentOf(source: ContractSource, problems: Problems): ContractDocument {
  problems.include(source);
  return new ContractDocument(source.file, source.value, problems, (pointer) => ({ source, pointer }));
}

/**
 * A contract in one file.
 *
 * @param strict whether warnings are problems
 * @throws GenerationError for a file that cannot be read, or is no JSON or YAML
 */
export async function readContract(file: string, strict = false): Promise<ContractDocument> {
  return documentOf(await new ContractFiles(false).readMain(file), new Problems(strict));
}
