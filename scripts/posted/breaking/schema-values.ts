import * as fc from 'fast-check';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import { unicodePattern } from '../schemas/pattern.ts';
import type { ReferenceTargets } from '../schemas/shapes.ts';
import { Conjunction, type Kind } from './conjunction.ts';
import { formatSamples } from './format-samples.ts';

/** What the schemas of a contract mention, where they may differ from other schemas. */
export interface Mentioned {
  readonly numbers: readonly number[];
  /** Of texts and lists. */
  readonly lengths: readonly number[];
  readonly texts: readonly string[];
  readonly names: readonly string[];
}

/** Longer texts take long to check. */
const maxTextLength = 5000;
const maxListLength = 50;
/** Below this depth, optional properties and elements are left out. */
const maxDepth = 4;

/** The keywords whose members have the names of properties. */
const withNames: ReadonlySet<string> = new Set([
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'properties',
]);

/** The keywords whose text no value has. */
const withoutTexts: ReadonlySet<string> = new Set(['format', 'pattern', 'required', 'type']);

/** Everything that schemas and the definitions behind them mention, and numbers right below and above. */
export function mentionedIn(targets: ReferenceTargets, schemas: readonly JsonSchema[]): Mentioned {
  const numbers = new Set([0, 1, -1, 0.5]);
  const lengths = new Set([0, 1]);
  const texts = new Set(['', ' ', '\0', '\n', 'é', '💥']);
  const names = new Set(['other']);
  const seen = new Set<unknown>();

  function visit(value: unknown, keyword: string): void {
    if (typeof value === 'number') {
      for (const near of [value - 1, value, value + 1]) {
        numbers.add(near);
        if (Number.isInteger(near) && near >= 0 && near <= maxTextLength) lengths.add(near);
      }
    } else if (typeof value === 'string') {
      if (keyword === '$ref') visitDefinition(value.slice('#/definitions/'.length));
      else if (!withoutTexts.has(keyword)) texts.add(value);
      if (keyword === 'required') names.add(value);
    } else if (Array.isArray(value)) {
      // The first elements of a list have schemas of their own.
      if (keyword === 'items' || keyword === 'prefixItems') visit(value.length, 'maxItems');
      for (const item of value) visit(item, keyword);
    } else if (isSchemaObject(value)) {
      for (const [key, inner] of Object.entries(value)) {
        if (withNames.has(keyword)) names.add(key);
        // A list of names, as in `required`.
        visit(inner, withNames.has(keyword) && Array.isArray(inner) ? 'required' : key);
      }
    }
  }

  function visitDefinition(name: string): void {
    if (seen.has(name)) return;
    seen.add(name);
    visit(targets.definitions.get(name)?.schema, '');
  }

  for (const schema of schemas) visit(schema, '');
  return { numbers: [...numbers], lengths: [...lengths], texts: [...texts], names: [...names] };
}

interface ValuesOptions extends ReferenceTargets {
  /** Of the schemas at whose limits the values shall be. */
  readonly mentioned: Mentioned;
  /** Whether objects may have properties that no schema mentions, where they are open. */
  readonly withOthers: boolean;
}

/** Values most of which match a schema. */
export function valuesOf(schema: JsonSchema, options: ValuesOptions): fc.Arbitrary<unknown> {
  return new Source(options).of([schema], 0);
}

class Source {
  readonly #options: ValuesOptions;
  readonly #mentioned: Mentioned;
  readonly #known = new Map<string, fc.Arbitrary<unknown>>();
  readonly #scalars: fc.Arbitrary<unknown>;

  constructor(options: ValuesOptions) {
    const { mentioned } = options;
    this.#options = options;
    this.#mentioned = mentioned;
    this.#scalars = fc.constantFrom<unknown>(null, true, false, ...mentioned.texts, ...mentioned.numbers);
  }

  of(schemas: readonly JsonSchema[], depth: number): fc.Arbitrary<unknown> {
    const key = JSON.stringify([schemas, depth]);
    const known = this.#known.get(key) ?? this.#create(schemas, depth);
    this.#known.set(key, known);
    return known;
  }

  #create(schemas: readonly JsonSchema[], depth: number): fc.Arbitrary<unknown> {
    const all = new Conjunction(this.#options, schemas);
    if (all.values !== null) return all.values.length === 0 ? this.#scalars : fc.constantFrom(...all.values);
    const cases = all.split();
    if (cases !== null) return fc.oneof(...cases.map((part) => this.of(part, depth)));
    const kinds = [...all.kinds];
    if (kinds.length === 0 || kinds.length > 2) return this.#scalars;
    return fc.oneof(...kinds.map((kind) => this.#ofKind(kind, all, depth)));
  }

  #ofKind(kind: Kind, all: Conjunction, depth: number): fc.Arbitrary<unknown> {
    switch (kind) {
      case 'object':
        return this.#objects(all, depth);
      case 'array':
        return this.#arrays(all, depth);
      case 'string':
        return this.#texts(all);
      case 'integer':
      case 'fraction':
        return this.#numbers(all, kind === 'integer');
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
    }
  }

  #objects(all: Conjunction, depth: number): fc.Arbitrary<unknown> {
    const { required } = all;
    const names = [...all.names.union(required)].filter((name) => depth < maxDepth || required.has(name));
    const known = fc.record(
      Object.fromEntries(names.map((name) => [name, this.of(all.property(name), depth + 1)])),
      { requiredKeys: names.filter((name) => required.has(name)) },
    );
    const others = all.otherProperties[0]?.schemas ?? [];
    const isOpen = this.#options.withOthers || others.some((schema) => schema !== true);
    if (!isOpen || others.includes(false) || depth >= maxDepth) return known;
    const further = fc.dictionary(fc.constantFrom(...this.#mentioned.names), this.of(others, depth + 1), {
      maxKeys: 3,
    });
    return fc.tuple(further, known).map(([more, own]) => ({ ...more, ...own }));
  }

  #arrays(all: Conjunction, depth: number): fc.Arbitrary<unknown> {
    const least = Math.max(0, ...all.numbers('minItems'));
    const most = Math.min(maxListLength, ...all.numbers('maxItems'));
    const { prefixLength } = all;
    const prefix = fc.tuple(
      ...Array.from({ length: prefixLength }, (_, index) => this.of(all.element(index), depth + 1)),
    );
    const rest = this.of(all.element(prefixLength), depth + 1);
    const lengths = this.#mentioned.lengths.filter((length) => length >= least && length <= most);
    const ofLength = (minLength: number, maxLength = minLength): fc.Arbitrary<readonly unknown[]> =>
      fc
        .tuple(prefix, fc.array(rest, { minLength: Math.max(0, minLength - prefixLength), maxLength }))
        .map(([first, others]) => [...first, ...others].slice(0, Math.max(minLength, maxLength)));
    if (depth >= maxDepth || least > most) return ofLength(Math.min(least, maxListLength));
    return fc.oneof(
      ofLength(least, Math.min(most, least + prefixLength + 2)),
      ...lengths.map((length) => ofLength(length)),
    );
  }

  #texts(all: Conjunction): fc.Arbitrary<unknown> {
    const [pattern] = all.parts.flatMap((part) => (typeof part.pattern === 'string' ? [part.pattern] : []));
    const [format] = all.parts.flatMap((part) => (typeof part.format === 'string' ? [part.format] : []));
    const samples = formatSamples.get(format ?? '');
    if (samples !== undefined) return fc.constantFrom(...samples);
    if (pattern !== undefined) return matching(pattern);
    const least = Math.max(0, ...all.numbers('minLength'));
    const most = Math.min(maxTextLength, ...all.numbers('maxLength'));
    const lengths = [least, ...this.#mentioned.lengths].filter((length) => length >= least && length <= most);
    if (lengths.length === 0) return this.#scalars;
    return fc.oneof(
      fc.constantFrom(...lengths).map((length) => 'a'.repeat(length)),
      fc.constantFrom(...this.#mentioned.texts),
      fc.string({ unit: letter, minLength: least, maxLength: Math.max(least, Math.min(most, 12)) }),
    );
  }

  #numbers(all: Conjunction, isWhole: boolean): fc.Arbitrary<unknown> {
    const [step = 1] = all.numbers('multipleOf');
    const near = this.#mentioned.numbers.filter((number) => !isWhole || Number.isInteger(number));
    return fc.oneof(
      fc.constantFrom(...near),
      fc.integer({ min: -20, max: 400 }).map((count) => Number((count * step).toPrecision(12))),
    );
  }
}

/** An example with a plain text is easier to read. */
const letter = fc.constantFrom('a', 'b', 'Z', '0', '9', '-', '.', ' ');

/** A pattern may use what cannot be generated. */
function matching(pattern: string): fc.Arbitrary<unknown> {
  try {
    return fc.stringMatching(new RegExp(unicodePattern(pattern), 'u'));
  } catch {
    return fc.string({ maxLength: 12 });
  }
}
