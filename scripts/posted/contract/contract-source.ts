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

/** One file of a contract as written: its values and their positions. */
export class ContractSource {
  /** The name in problems: the path as given to the generator or relative to it; the URL of a remote file. */
  readonly file: string;
  /** The base of its relative references. */
  readonly url: URL;
  /** The content as plain JSON; undefined if it cannot be parsed. */
  readonly value: unknown;
  /** Problems of the syntax. */
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
        // A JSON round trip removes aliases, which could make a value occur twice or contain itself.
        this.value = JSON.parse(JSON.stringify(this.#document.toJS()));
        problems.push(...this.#nameProblems(this.value, ''));
      } catch (thrown) {
        const [what = ''] = String(thrown instanceof Error ? thrown.message : thrown).split('\n');
        problems.push(
          this.#problem(0, '', `the document cannot be represented as JSON: ${what}`, 'check its aliases'),
        );
      }
    }
    this.problems = problems;
  }

  /**
   * The position of a pointer's target. For a missing member, it is the position of its parent, or else of its nearest
   * existing ancestor.
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
      return this.#problem(offset, '', what, 'correct the syntax');
    });
  }

  /** YAML in a .json file. */
  #jsonProblems(text: string): readonly Problem[] {
    try {
      JSON.parse(text);
      return [];
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
      return [
        this.#problem(offset, '', message.replace(/ (in JSON )?at position.*/, ''), 'correct the JSON'),
      ];
    }
  }

  /** Many tools take a member named `__proto__` for the prototype of its object. */
  #nameProblems(value: unknown, pointer: string): readonly Problem[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, child]) => {
      const at = joinPointer(pointer, key);
      const inside = this.#nameProblems(child, at);
      if (key !== '__proto__') return inside;
      const { line, column } = this.find(at);
      const [what, fix] = ['the name `__proto__` is not allowed', 'rename it'];
      return [{ file: this.file, line, column, pointer: at, what, fix }, ...inside];
    });
  }
}

/** The offset of a member is that of its key, the offset of an element its own. */
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
