import type { ContractDocument } from '../contract/contract-document.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import { isSchemaObject, type SchemaObject } from '../schemas/json-schema.ts';
import { type Position, positionOf } from './positions.ts';
import { referenceIn } from './references.ts';

/** One of the objects that are merged, of which a later one covers the earlier ones. */
interface Layer {
  /** Its position in the document. */
  readonly pointer: string;
  readonly value: unknown;
  /** Whether null removes a member of the layers below (JSON Merge Patch, RFC 7386), or is a value. */
  readonly isPatch: boolean;
}

/**
 * Merges traits, in order, into the operations and messages that have them.
 *
 * @param precedence who wins: the object in AsyncAPI 3, its traits in 2.x
 */
export function applyTraits(document: ContractDocument, precedence: 'object' | 'traits'): ContractDocument {
  const moved = new Map<string, string>();
  return document.transform(visit(document.value, '', 'object'), moved);

  function visit(value: unknown, at: string, position: Position): unknown {
    if (typeof value !== 'object' || value === null || position === 'data' || position === 'schema') {
      return value;
    }
    const members = Object.entries(value)
      .filter(([key]) => !(position === 'components' && /^(operation|message)Traits$/.test(key)))
      .map(([key, child]) => [key, visit(child, joinPointer(at, key), positionOf(key, position, value))]);
    if (Array.isArray(value)) return members.map(([, child]) => child);
    const { traits, ...own } = Object.fromEntries(members);
    if (!Array.isArray(traits) || !['object', 'message'].includes(position))
      return Object.fromEntries(members);
    const object: Layer = { pointer: at, value: own, isPatch: false };
    const patches = traits.map(
      (_, index): Layer => ({
        ...document.resolve(joinPointer(at, 'traits', index)),
        isPatch: true,
      }),
    );
    return merge(precedence === 'object' ? [...patches, object] : [object, ...patches], at);
  }

  /** Merges layers, from the lowest to the highest; undefined if nothing is left. */
  function merge(layers: readonly Layer[], at: string): unknown {
    const visible = visibleOf(layers);
    const top = visible.at(-1);
    if (top === undefined) return undefined;
    moved.set(at, top.pointer);
    if (visible.length === 1 || isSameReference(visible)) return top.value;
    const objects = visible.map(inPlace);
    const keys = new Set(objects.flatMap(({ value }) => Object.keys(value)));
    const members = [...keys].map((key) => [
      key,
      merge(
        objects.flatMap((object) => memberOf(object, key)),
        joinPointer(at, key),
      ),
    ]);
    return Object.fromEntries(members.filter(([, value]) => value !== undefined));
  }

  /** Targets of different references can only be merged in place of the references. */
  function inPlace(layer: Layer): Layer & { readonly value: SchemaObject } {
    const { pointer, value } = referenceIn(layer.value) === null ? layer : document.resolve(layer.pointer);
    return { pointer, value: isSchemaObject(value) ? value : {}, isPatch: layer.isPatch };
  }
}

/** The layers from the topmost value that is not an object upward, because it covers those below. */
function visibleOf(layers: readonly Layer[]): readonly Layer[] {
  let visible: Layer[] = [];
  for (const layer of layers) {
    const covers = !isSchemaObject(layer.value) || visible.some(({ value }) => !isSchemaObject(value));
    if (covers) visible = [];
    if (layer.value !== null || !layer.isPatch) visible.push(layer);
  }
  return visible;
}

function isSameReference([first, ...others]: readonly Layer[]): boolean {
  const reference = referenceIn(first?.value);
  return reference !== null && others.every(({ value }) => referenceIn(value) === reference);
}

function memberOf(
  { pointer, value, isPatch }: Layer & { readonly value: SchemaObject },
  key: string,
): readonly Layer[] {
  if (!Object.hasOwn(value, key)) return [];
  return [{ pointer: joinPointer(pointer, key), value: value[key], isPatch }];
}
