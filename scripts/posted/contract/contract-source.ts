import { extname } from 'node:path';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Problem } from './generation-error.ts';
import { joinPointer, splitPointer } from './json-pointer.ts';

interface Position {
  readonly pointer: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** One file of a contract as it was written: its values, and where each stands. */
export class ContractSource {
  /** As people know it: as it was named to the generator, or its path from there; of a remote file, its address. */
  readonly file: string;
  /** What its relative references are relative to. */
  readonly url: URL;
  /** What the file says, as plain JSON; undefined if that cannot be told. */
  readonly value: unknown;
  /** Why it cannot be read. */
  readonly problems: readonly Problem[];
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(file: string, url: URL, text: string) {
    this.file = file;
    this.url = url;
    this.#document = parseDocument(text, { lineCounter: this.#lines, merge: true });
    const problems = [...this.#syntaxProblems(text)];
    if (problems.length === 0) {
      try {
        // As JSON no alias makes one thing stand in two places, or in itself.
        this.value = JSON.parse(JSON.stringify(this.#document.toJS()));
        problems.push(...this.#nameProblems(this.value, ''));
      } catch (thrown) {
        const [what = ''] = String(thrown instanceof Error ? thrown.message : thrown).split('\n');
        problems.push(this.#problem(0, '', `it says nothing that JSON could: ${what}`, 'mend the aliases'));
      }
    }
    this.problems = problems;
  }

  /**
   * The place that a pointer leads to. A member that is not there is said to stand in what it would be a member
   * of; where that is not there either, the nearest that is stands for it.
   */
  find(pointer: string): Position {
    let node: unknown = this.#document.contents;
    let [offset, found] = [startOf(node) ?? 0, ''];
    for (const key of splitPointer(pointer)) {
      const child = childOf(node, key);
      if (!isMap(node) && !isSeq(node)) break;
      found = joinPointer(found, key);
      if (child === undefined) break;
      offset = child.offset ?? offset;
      node = isAlias(child.node) ? child.node.resolve(this.#document) : child.node;
    }
    return { pointer: found, ...this.#lineAt(offset) };
  }

  #lineAt(offset: number): Omit<Position, 'pointer'> {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #problem(offset: number, pointer: string, what: string, fix: string): Problem {
    return { file: this.file, pointer, ...this.#lineAt(offset), what, fix };
  }

  #syntaxProblems(text: string): readonly Problem[] {
    const { errors } = this.#document;
    if (errors.length === 0) return extname(this.url.pathname) === '.json' ? this.#jsonProblems(text) : [];
    return errors.map(({ message, pos: [offset] }) => {
      const what = message.split('\n')[0]?.replace(/ at line.*/, '') ?? '';
      return this.#problem(offset, '', what, 'mend the syntax');
    });
  }

  /** What is only YAML. */
  #jsonProblems(text: string): readonly Problem[] {
    try {
      JSON.parse(text);
      return [];
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
      return [this.#problem(offset, '', message.replace(/ (in JSON )?at position.*/, ''), 'mend the JSON')];
    }
  }

  /** Many a tool takes a member called `__proto__` for the prototype of its object. */
  #nameProblems(value: unknown, pointer: string): readonly Problem[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, child]) => {
      const at = joinPointer(pointer, key);
      const inside = this.#nameProblems(child, at);
      if (key !== '__proto__') return inside;
      const { line, column } = this.find(at);
      const [what, fix] = ['nothing can be called `__proto__`', 'give it another name'];
      return [{ file: this.file, line, column, pointer: at, what, fix }, ...inside];
    });
  }
}

/** A member of a map begins with its key, an element of a list with itself. */
function childOf(
  node: unknown,
  key: string,
): { readonly node: unknown; readonly offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === key);
    return pair && { node: pair.value, offset: startOf(pair.key) };
  }
  const element = isSeq(node) ? node.items[Number(key)] : undefined;
  return element === undefined ? undefined : { node: element, offset: startOf(element) };
}

function startOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null)?.range?.[0];
}
