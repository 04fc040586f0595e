import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { joinPointer, pointerOfReference, splitPointer, valueAt } from './json-pointer.ts';
import { formatProblem, GenerationError, type Problem } from './problem.ts';

/** A contract as it was written: its values, where each stands, and what has been found wrong with it. */
export class ContractDocument {
  /** As it was named to the generator. */
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #problems = new Map<string, Problem>();
  readonly #warnings = new Map<string, Problem>();

  /** @throws GenerationError for text that is no JSON or YAML */
  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, { lineCounter: this.#lines });
    for (const { message, pos } of this.#document.errors) {
      this.#add(
        this.#problems,
        pos[0],
        '',
        message.split('\n')[0]?.replace(/ at line.*/, '') ?? '',
        'mend the syntax',
      );
    }
    if (this.#problems.size === 0 && extname(file) === '.json') this.#refuseWhatIsOnlyYaml();
    this.throwProblems();
    this.value = this.#document.toJS();
  }

  /** The name of the file without its folder: generated files name it, wherever the generator was started. */
  get name(): string {
    return basename(this.file);
  }

  /** Problems are reported once, and thrown at the end of a step. */
  report(pointer: string, what: string, fix: string): void {
    this.#add(this.#problems, this.#offsetOf(pointer), pointer, what, fix);
  }

  warn(pointer: string, what: string, fix: string): void {
    this.#add(this.#warnings, this.#offsetOf(pointer), pointer, what, fix);
  }

  get warnings(): readonly string[] {
    return inOrder(this.#warnings).map(formatProblem);
  }

  /** @throws GenerationError with everything reported so far, if there is anything */
  throwProblems(): void {
    if (this.#problems.size > 0) throw new GenerationError(inOrder(this.#problems));
  }

  /** The value at a pointer and the pointer to it, through any `$ref` that stands there; references must have been checked. */
  resolve(pointer: string): { readonly pointer: string; readonly value: unknown } {
    const value = valueAt(this.value, pointer);
    if (typeof value !== 'object' || value === null || !('$ref' in value)) return { pointer, value };
    const target = typeof value.$ref === 'string' ? pointerOfReference(value.$ref) : null;
    return target === null ? { pointer, value } : this.resolve(target);
  }

  /** The pointer to where a value really stands, if references lead to the one that is given. */
  origin(pointer: string): string {
    return splitPointer(pointer).reduce((path, key) => joinPointer(this.resolve(path).pointer, key), '');
  }

  #add(to: Map<string, Problem>, offset: number, pointer: string, what: string, fix: string): void {
    const { line, col } = this.#lines.linePos(offset);
    to.set(`${pointer}\0${what}`, { file: this.file, line, column: col, pointer, what, fix });
  }

  /** Where the member at a pointer begins, or the nearest member around it that exists. */
  #offsetOf(pointer: string): number {
    let node: Node | null = this.#document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const key of splitPointer(pointer)) {
      let next: unknown;
      if (isMap(node)) {
        const pair = node.items.find(
          (item) => String(isScalar(item.key) ? item.key.value : item.key) === key,
        );
        if (pair === undefined) break;
        next = isPair(pair) ? pair.value : undefined;
        offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      } else if (isSeq(node)) {
        next = node.items[Number(key)];
      }
      if (next === undefined || next === null) break;
      if (isSeq(node)) offset = (next as Node).range?.[0] ?? offset;
      node = next as Node;
    }
    return offset;
  }

  #refuseWhatIsOnlyYaml(): void {
    try {
      JSON.parse(this.text);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
      this.#add(
        this.#problems,
        offset,
        '',
        message.replace(/ (in JSON )?at position.*/, ''),
        'mend the JSON',
      );
    }
  }
}

function inOrder(problems: ReadonlyMap<string, Problem>): readonly Problem[] {
  return [...problems.values()].toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** @throws GenerationError for a file that cannot be read, or is no JSON or YAML */
export async function readContract(file: string): Promise<ContractDocument> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new GenerationError([
      {
        file,
        line: 1,
        column: 1,
        pointer: '',
        what: `the file cannot be read (${what})`,
        fix: 'name one that can',
      },
    ]);
  }
  return new ContractDocument(file, text);
}
