import type { ContractDocument } from '../../contract/contract-document.ts';
import { ContractNode } from '../../contract/contract-node.ts';
import { joinPointer, setAt, valueAt } from '../../contract/json-pointer.ts';
import type { SchemaObject } from '../../schemas/json-schema.ts';
import { Names } from '../../source/identifiers.ts';
import { componentOf, controlParts, referencedPointer, referenceTo } from './control-parts.ts';
import { type Difference, messageDifference, schemaDifference } from './difference.ts';

type ComponentKind = 'schemas' | 'messages';

type Reference = ReturnType<typeof referenceTo>;

/** Where to write a value, and the author's own position of it. */
export interface OwnValue {
  readonly pointer: string;
  readonly origin: ContractNode;
}

/** A copy of a contract, to which `x-delivery` adds. Problems of it are reported at the author's own lines. */
export class DeliveryDraft {
  readonly root: ContractNode;
  readonly #value: unknown;
  /** Pointers into the author's document, by pointers into the draft. */
  readonly #moved = new Map<string, string>();
  /** The positions of the references to each value of the author's document. */
  readonly #holders: ReadonlyMap<string, readonly string[]>;
  readonly #names: Readonly<Record<ComponentKind, Names>>;
  /** The pointers of components that were added, by their content. */
  readonly #added = new Map<string, string>();

  constructor(document: ContractDocument) {
    this.root = new ContractNode(document);
    this.#value = structuredClone(document.value);
    this.#holders = holdersIn(document.value);
    const namesOf = (kind: ComponentKind): Names =>
      new Names(this.root.get('components', kind)?.entries.map(([name]) => name));
    this.#names = { schemas: namesOf('schemas'), messages: namesOf('messages') };
  }

  /** The document with everything that was added. */
  get document(): ContractDocument {
    return this.root.document.transform(this.#value, this.#moved);
  }

  get(pointer: string): unknown {
    return valueAt(this.#value, pointer);
  }

  /** Writes a value. Problems of it are reported at `origin`. */
  set(pointer: string, value: unknown, origin: ContractNode): void {
    setAt(this.#value, pointer, value);
    this.#moved.set(pointer, origin.pointer);
  }

  /**
   * Prepares a member of the author's document for a change. A value that is referred to from elsewhere, except from
   * `others`, is copied: into a component if a name for it is given, otherwise in place of the reference.
   */
  own(
    parent: OwnValue,
    key: string,
    { others = [], component }: { readonly others?: readonly string[]; readonly component?: string } = {},
  ): OwnValue {
    const at = joinPointer(parent.pointer, key);
    const writtenAt = joinPointer(parent.origin.pointer, key);
    const origin = new ContractNode(this.root.document, writtenAt);
    const target = referencedPointer(parent.origin.raw(key));
    if (target === null) return { pointer: at, origin };
    const holders = this.#holders.get(target) ?? [];
    const isOwn = holders.every((holder) => holder === writtenAt || others.includes(holder));
    if (at === writtenAt && target === origin.pointer && isOwn) return { pointer: target, origin };
    const pointer = component === undefined ? at : this.#claim('schemas', component);
    this.set(pointer, structuredClone(origin.value), origin);
    if (pointer !== at) setAt(this.#value, at, referenceTo(pointer));
    return { pointer, origin };
  }

  /**
   * Adds a component, unless the author has an equal one. Returns a reference to it.
   *
   * @param alternative its name if the author has another component with that name
   */
  component(
    kind: ComponentKind,
    name: string,
    origin: ContractNode,
    part: SchemaObject = controlParts[kind][name] ?? {},
    alternative = `Delivery${name}`,
  ): Reference {
    const own = this.root.get('components', kind)?.get(name);
    if (own !== undefined && differenceOf(kind, part, own) === null) {
      return referenceTo(joinPointer('/components', kind, name));
    }
    const content = JSON.stringify([kind, name, part]);
    const known = this.#added.get(content);
    if (known !== undefined) return referenceTo(known);
    const pointer = this.#claim(kind, name, alternative);
    this.#added.set(content, pointer);
    this.set(pointer, this.withComponents(part, origin), origin);
    return referenceTo(pointer);
  }

  /** Adds a schema as a component with the first of these names that the author does not have. */
  addSchema(names: readonly [string, ...string[]], schema: unknown, origin: ContractNode): Reference {
    const pointer = this.#claim('schemas', ...names);
    this.set(pointer, schema, origin);
    return referenceTo(pointer);
  }

  /** A part whose references are references to components of this document. */
  withComponents(part: unknown, origin: ContractNode): unknown {
    if (Array.isArray(part)) return part.map((item) => this.withComponents(item, origin));
    if (typeof part !== 'object' || part === null) return part;
    const name = componentOf(part);
    if (name !== null) return this.component('schemas', name, origin);
    return Object.fromEntries(
      Object.entries(part).map(([key, child]) => [key, this.withComponents(child, origin)]),
    );
  }

  #claim(kind: ComponentKind, ...names: readonly [string, ...string[]]): string {
    return joinPointer('/components', kind, this.#names[kind].claim(...names));
  }
}

function differenceOf(kind: ComponentKind, part: SchemaObject, own: ContractNode): Difference | null {
  return kind === 'messages' ? messageDifference(part, own) : schemaDifference(part, own);
}

/** By pointer: the positions of the references to it. */
function holdersIn(root: unknown): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  visit(root, '');
  return holders;

  function visit(value: unknown, at: string): void {
    if (typeof value !== 'object' || value === null) return;
    const target = referencedPointer(value);
    if (target !== null) holders.set(target, [...(holders.get(target) ?? []), at]);
    for (const [key, child] of Object.entries(value)) visit(child, joinPointer(at, key));
  }
}
