import type { ContractDocument } from './contract-document.ts';
import { joinPointer, splitPointer, valueAt } from './json-pointer.ts';

/** A node of a contract. Members are reached through every `$ref`, and problems are reported at their own position. */
export class ContractNode {
  readonly document: ContractDocument;
  /** The pointer to the value itself: behind a `$ref`, to its target. */
  readonly pointer: string;
  readonly value: unknown;

  constructor(document: ContractDocument, pointer = '') {
    const target = document.resolve(pointer);
    this.document = document;
    this.pointer = target.pointer;
    this.value = target.value;
  }

  /** The last key of the pointer: the name of a component. */
  get key(): string {
    return splitPointer(this.pointer).at(-1) ?? '';
  }

  get(...keys: readonly [string, ...string[]]): ContractNode | undefined {
    const [key, ...rest] = keys;
    const { value } = this;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    const child = new ContractNode(this.document, joinPointer(this.pointer, key));
    const [next, ...others] = rest;
    return next === undefined ? child : child.get(next, ...others);
  }

  /** The members of an object, in the contract's order. */
  get entries(): readonly (readonly [key: string, node: ContractNode])[] {
    if (typeof this.value !== 'object' || this.value === null) return [];
    return Object.keys(this.value).map((key) => [
      key,
      new ContractNode(this.document, joinPointer(this.pointer, key)),
    ]);
  }

  /** The elements of an array. */
  get items(): readonly ContractNode[] {
    return this.entries.map(([, node]) => node);
  }

  /** A member's string value; '' if it has none. */
  text(key: string): string {
    const value = this.get(key)?.value;
    return typeof value === 'string' ? value : '';
  }

  /** A member as written, without following its `$ref`. */
  raw(key: string): unknown {
    return valueAt(this.document.value, joinPointer(this.pointer, key));
  }

  report(what: string, fix: string): void {
    this.document.report(this.pointer, what, fix);
  }

  /** Reports a problem of a member, which need not exist. */
  reportAt(key: string, what: string, fix: string): void {
    this.document.report(joinPointer(this.pointer, key), what, fix);
  }

  warn(what: string, fix: string): void {
    this.document.warn(this.pointer, what, fix);
  }

  warnAt(key: string, what: string, fix: string): void {
    this.document.warn(joinPointer(this.pointer, key), what, fix);
  }
}
