import { joinPointer, splitPointer } from '../contract/json-pointer.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import {
  areDisjoint,
  describedMembers,
  isArray,
  isObject,
  requiredMembers,
  type Scalar,
  type Shape,
  shapesAt,
  shapesOf,
} from '../schemas/shapes.ts';
import type { MessageTag } from './contract-model.ts';
import type { ReadMessage } from './messages.ts';

/** A member of all values of a message that has a fixed set of values. */
export interface Candidate {
  readonly values: readonly Scalar[];
  /** Whether every value of the message has the member. */
  readonly isRequired: boolean;
}

/** The members of a message down to a depth, by JSON Pointer. */
interface Members {
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** All members that the schema mentions. */
  readonly described: ReadonlySet<string>;
}

/** What tells the messages of a direction apart that have no common tag. */
export interface Probes {
  readonly of: ReadonlyMap<ReadMessage, readonly MessageTag[]>;
  /** Members that identify messages which need not have them. */
  readonly optional: readonly OptionalMember[];
  /** Messages that match the same values, each group with two or more. */
  readonly groups: readonly (readonly ReadMessage[])[];
  /** Members that would tell messages of the groups apart if they were required. */
  readonly missing: ReadonlySet<string>;
}

export interface OptionalMember {
  readonly pointer: string;
  readonly message: ReadMessage;
}

type Pair = readonly [number, number];

/** How a member tells two messages apart. */
type Difference =
  /** Their values differ, and one of them requires it. */
  | 'certain'
  /** Their values differ, but neither requires it. */
  | 'likely'
  /** Only one of them mentions it, and requires it. */
  | 'mentioned'
  /** Only one of them mentions it, and does not require it. */
  | 'missing';

/** `headers` and `payload` take one step, and two levels of tags are two. */
const maxDepth = 3;

/** Beyond this number of members, a schema is not searched more deeply. */
const maxMembers = 500;

/** Chooses as few members as possible, and first those that are certain to tell messages apart. */
export function probesOf(messages: readonly ReadMessage[], schemas: SchemaSet): Probes {
  const members = messages.map((message) => membersOf(message, schemas));
  const search = new Search(members);
  let pairs: readonly Pair[] = messages.flatMap((_, index) =>
    messages.slice(0, index).map((__, other): Pair => [other, index]),
  );
  pairs = search.cover(pairs, 'certain');
  const shapes = messages.map(({ definition }) => rootShapes(schemas, definition));
  pairs = pairs.filter(
    ([one, other]) =>
      !(shapes[one] ?? []).every((its) =>
        (shapes[other] ?? []).every((others) => areDisjoint(schemas, its, others)),
      ),
  );
  pairs = search.cover(pairs, 'likely');
  pairs = search.cover(pairs, 'mentioned');
  const groups = search.group(pairs);
  return {
    of: new Map(messages.map((message, index) => [message, search.probesAt(index)])),
    optional: search.optional.flatMap(({ pointer, index }) => {
      const message = messages[index];
      return message === undefined ? [] : [{ pointer, message }];
    }),
    groups: groups.map((group) => group.flatMap((index) => messages[index] ?? [])),
    missing: new Set(
      pairs.flatMap(
        (pair) => search.pointers.find((pointer) => search.differenceAt(pointer, pair) === 'missing') ?? [],
      ),
    ),
  };
}

/** Whether no value has the probes of two messages. */
export function haveDifferentProbes(ones: readonly MessageTag[], others: readonly MessageTag[]): boolean {
  return ones.some((one) =>
    others.some(
      (other) =>
        isSame(one.path, other.path) &&
        !(one.isOptional && other.isOptional) &&
        !one.values.some((value) => other.values.includes(value)),
    ),
  );
}

/** The probes of a message that is any of several: the members that all of them have. */
export function commonProbes(lists: readonly (readonly MessageTag[])[]): readonly MessageTag[] {
  const [first = [], ...others] = lists;
  return first.flatMap((probe) => {
    const same = others.map((list) => list.find(({ path }) => isSame(path, probe.path)));
    const all = [probe, ...same.filter((other) => other !== undefined)];
    if (all.length < lists.length) return [];
    const values = [...new Set(all.flatMap((each) => each.values))];
    return [{ ...probe, values, isOptional: all.some(({ isOptional }) => isOptional) }];
  });
}

/** The first message of the pair is preferred because of the member. */
interface Preference {
  readonly pair: Pair;
  readonly pointer: string;
}

class Search {
  /** All members that may tell messages apart, the outermost first. */
  readonly pointers: readonly string[];
  readonly optional: { readonly pointer: string; readonly index: number }[] = [];
  readonly #members: readonly Members[];
  /** By message: its probes by pointer, and whether the message may lack the member. */
  readonly #chosen: readonly Map<string, boolean>[];
  readonly #preferred: Preference[] = [];

  constructor(members: readonly Members[]) {
    this.#members = members;
    this.#chosen = members.map(() => new Map());
    const pointers = new Set(members.flatMap(({ candidates }) => [...candidates.keys()]));
    this.pointers = [...pointers].toSorted((one, other) => depthOf(one) - depthOf(other));
  }

  /** Chooses members that tell pairs apart, and returns the pairs that none of them does. */
  cover(pairs: readonly Pair[], wanted: Difference): readonly Pair[] {
    let rest = pairs;
    for (;;) {
      const [best] = this.pointers
        .map((pointer) => ({
          pointer,
          covered: rest.filter((pair) => this.differenceAt(pointer, pair) === wanted),
        }))
        .toSorted((one, other) => other.covered.length - one.covered.length);
      if (best === undefined || best.covered.length === 0) return rest;
      for (const pair of best.covered) this.#choose(best.pointer, pair, wanted);
      rest = rest.filter((pair) => !best.covered.includes(pair));
    }
  }

  differenceAt(pointer: string, [one, other]: Pair): Difference | null {
    const [its, others] = [this.#candidate(one, pointer), this.#candidate(other, pointer)];
    if (its !== undefined && others !== undefined) {
      if (its.values.some((value) => others.values.includes(value))) return null;
      return its.isRequired || others.isRequired ? 'certain' : 'likely';
    }
    const only = its ?? others;
    const silent = this.#members[its === undefined ? one : other];
    if (only === undefined || silent === undefined || silent.described.has(pointer)) return null;
    return only.isRequired ? 'mentioned' : 'missing';
  }

  probesAt(index: number): readonly MessageTag[] {
    return [...(this.#chosen[index] ?? [])].map(([pointer, isOptional]) => {
      const [first = '', ...rest] = splitPointer(pointer);
      return { path: [first, ...rest], values: this.#candidate(index, pointer)?.values ?? [], isOptional };
    });
  }

  /** The messages that are connected by pairs, which includes those whose preference a group would lose. */
  group(pairs: readonly Pair[]): readonly (readonly number[])[] {
    const groupOf = this.#members.map((_, index) => index);
    const merge = ([one, other]: Pair): void => {
      const [kept, merged] = [groupOf[one] ?? one, groupOf[other] ?? other];
      for (const [index, group] of groupOf.entries()) if (group === merged) groupOf[index] = kept;
    };
    for (const pair of pairs) merge(pair);
    const isLost = ({ pair: [one, other], pointer }: Preference): boolean => {
      if (groupOf[one] === groupOf[other]) return false;
      const group = groupOf.flatMap((own, index) => (own === groupOf[one] ? [index] : []));
      return group.some((index) => this.#chosen[index]?.has(pointer) !== true);
    };
    for (;;) {
      const lost = this.#preferred.find(isLost);
      if (lost === undefined) break;
      merge(lost.pair);
    }
    const groups = Map.groupBy(groupOf.keys(), (index) => groupOf[index]);
    return [...groups.values()].filter(({ length }) => length > 1);
  }

  #choose(pointer: string, [one, other]: Pair, difference: Difference): void {
    for (const index of [one, other]) {
      const candidate = this.#candidate(index, pointer);
      const chosen = this.#chosen[index];
      if (candidate === undefined || chosen === undefined) continue;
      if (difference === 'mentioned') {
        this.#preferred.push({ pair: index === one ? [one, other] : [other, one], pointer });
      }
      if (difference === 'likely' && chosen.get(pointer) !== false) this.optional.push({ pointer, index });
      const mayLack = !candidate.isRequired && difference !== 'likely';
      chosen.set(pointer, mayLack && chosen.get(pointer) !== false);
    }
  }

  #candidate(index: number, pointer: string): Candidate | undefined {
    return this.#members[index]?.candidates.get(pointer);
  }
}

function membersOf({ definition }: ReadMessage, schemas: SchemaSet): Members {
  const candidates = new Map<string, Candidate>();
  const described = new Set<string>();
  let level = [{ pointer: '', shapes: rootShapes(schemas, definition), isRequired: true }];
  for (let depth = 0; depth < maxDepth && level.length <= maxMembers; depth += 1) {
    level = level.flatMap(({ pointer, shapes, isRequired }) =>
      [...new Set(shapes.flatMap(describedMembers))].map((name) => {
        described.add(joinPointer(pointer, name));
        return {
          pointer: joinPointer(pointer, name),
          // A shape that does not describe the member allows any value.
          shapes: shapes.flatMap((shape) => shapesAt(schemas, shape, name)),
          isRequired: isRequired && shapes.every((shape) => requires(shape, name)),
        };
      }),
    );
    for (const { pointer, shapes, isRequired } of level) {
      const values = valuesOf(shapes);
      if (values !== null) candidates.set(pointer, { values, isRequired });
    }
  }
  return { candidates, described };
}

function rootShapes(schemas: SchemaSet, definition: string | null): readonly Shape[] {
  return shapesOf(schemas, [{ $ref: `#/definitions/${definition}` }]);
}

/** A value that is not certain to be an object or an array need not have members. */
function requires(shape: Shape, name: string): boolean {
  return (isObject(shape) || isArray(shape)) && requiredMembers(shape).has(name);
}

/** The possible values of all shapes; null if any of them can have others. */
export function valuesOf(shapes: readonly Shape[]): readonly Scalar[] | null {
  const values = shapes.map((shape) => shape.values);
  return values.length > 0 && values.every((own) => own !== null) ? [...new Set(values.flat())] : null;
}

function depthOf(pointer: string): number {
  return splitPointer(pointer).length;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
