import specifications from '@asyncapi/specs';
import draft7 from 'ajv/dist/refs/json-schema-draft-07.json' with { type: 'json' };
import type { ContractDocument } from '../../contract/contract-document.ts';
import { joinPointer, pointerOfReference, valueAt } from '../../contract/json-pointer.ts';
import { nearestName } from '../../contract/nearest-name.ts';
import { isSchemaObject, type SchemaObject } from '../../schemas/json-schema.ts';
import { type Finding, missingField, type Place, wrongType, wrongValue } from './finding.ts';
import { adviceOf, mistakeIn, objectNames } from './known-mistakes.ts';

/**
 * Says in the author's terms why a document does not match the JSON Schema of its version: one finding for a mistake,
 * where a validator reports every alternative that the value does not match. Empty if it finds nothing, which does not
 * mean that the document is valid.
 */
export function explainStructure(document: ContractDocument, version: string): readonly Finding[] {
  const specification: unknown = Reflect.get(specifications.schemas, version);
  if (!isSchemaObject(specification)) return [];
  const findings = new Explanation(document, version, specification).inDefinition(
    { schema: specification, base: String(specification.$id) },
    { pointer: '', key: 'document', value: document.value },
  );
  const places = new Map(findings.map((finding) => [`${finding.pointer} ${finding.what}`, finding]));
  return [...places.values()];
}

/** A schema, and the definition whose references it may have. */
interface Rule {
  readonly schema: SchemaObject;
  readonly base: string;
}

class Explanation {
  readonly #document: ContractDocument;
  readonly #version: string;
  readonly #definitions: SchemaObject;
  /** The findings in the targets of references, by what they must match and their pointers. */
  readonly #targets = new Map<SchemaObject, Map<string, readonly Finding[]>>();

  constructor(document: ContractDocument, version: string, { definitions }: SchemaObject) {
    this.#document = document;
    this.#version = version;
    // The parser removes it from the specification.
    this.#definitions = { ...Object(definitions), 'http://json-schema.org/draft-07/schema': draft7 };
  }

  inDefinition(rule: Rule, place: Place): readonly Finding[] {
    const definition = nameOf(rule.base);
    const mistake = knownMistake(definition, place);
    return mistake === null ? this.#findings(rule, place, definition) : [mistake];
  }

  /** @param definition the name of the definition that the rule is a part of */
  #findings({ schema, base }: Rule, place: Place, definition: string): readonly Finding[] {
    const { value } = place;
    if (typeof schema.$ref === 'string') return this.inDefinition(this.#target({ schema, base }), place);
    if (isSchemaObject(value) && '$ref' in value) {
      return this.#behindReference({ schema, base }, { ...place, value }, definition);
    }
    const types = listOf(schema.type).map(String);
    if (types.length > 0 && !types.some((type) => hasType(value, type))) {
      return [wrongType(place, types, listOf(schema.required).map(String))];
    }
    const allowed = 'const' in schema ? [schema.const] : listOf(schema.enum);
    if (allowed.length > 0 && !allowed.includes(value)) return [wrongValue(place, allowed)];
    const inner = (part: unknown, at: Place = place) =>
      this.#findings({ schema: Object(part), base }, at, definition);
    return [
      ...(isSchemaObject(value) ? this.#inObject({ schema, base }, { ...place, value }, definition) : []),
      ...(Array.isArray(value) && isSchemaObject(schema.items)
        ? value.flatMap((item, index) =>
            inner(schema.items, {
              pointer: joinPointer(place.pointer, index),
              key: `${place.key}[${index}]`,
              value: item,
            }),
          )
        : []),
      ...listOf(schema.allOf).flatMap((part) => inner(part)),
      ...this.#inAlternatives([...listOf(schema.oneOf), ...listOf(schema.anyOf)], base, place, definition),
      ...('if' in schema ? inner(inner(schema.if).length === 0 ? schema.then : schema.else) : []),
      ...(isSchemaObject(schema.not) && inner(schema.not).length === 0 ? excluded(schema.not, place) : []),
    ];
  }

  /** The author may have written the target where nothing but references leads to. */
  #behindReference(
    rule: Rule,
    { value, key }: Place & { readonly value: SchemaObject },
    definition: string,
  ): readonly Finding[] {
    const target = typeof value.$ref === 'string' ? pointerOfReference(value.$ref) : null;
    if (target === null || nameOf(rule.base) === 'Reference') return [];
    const { pointer, value: found } = this.#document.resolve(target);
    const known = this.#targets.get(rule.schema) ?? new Map<string, readonly Finding[]>();
    this.#targets.set(rule.schema, known);
    const before = known.get(pointer);
    if (before !== undefined) return before;
    // A target may contain itself.
    known.set(pointer, []);
    const findings = this.#findings(rule, { pointer, key, value: found }, definition);
    known.set(pointer, findings);
    return findings;
  }

  #inObject(
    { schema, base }: Rule,
    place: Place & { readonly value: SchemaObject },
    definition: string,
  ): readonly Finding[] {
    const { value, pointer, key: name } = place;
    const properties: SchemaObject = Object(schema.properties);
    const patterns = Object.entries(Object(schema.patternProperties));
    const object = objectNames[definition] ?? `\`${name}\``;
    const findings = Object.entries(value).flatMap(([key, member]) => {
      const at = { pointer: joinPointer(pointer, key), key, value: member };
      const own = Object.hasOwn(properties, key)
        ? properties[key]
        : patterns.find(([pattern]) => RegExp(pattern).test(key))?.[1];
      if (own !== undefined)
        return this.#findings({ schema: Object(own), base }, at, partOf(definition, key));
      if (schema.additionalProperties === false)
        return [this.#unknownField(at, definition, object, properties)];
      const others = schema.additionalProperties;
      return isSchemaObject(others) ? this.#findings({ schema: others, base }, at, '') : [];
    });
    const missing = listOf(schema.required)
      .map(String)
      // A field with a wrong name is often the one that is missing.
      .filter(
        (field) => !Object.hasOwn(value, field) && !findings.some(({ fix }) => fix.includes(`\`${field}\``)),
      )
      .map((field) => missingField(place, object, field));
    return [...findings, ...missing];
  }

  #unknownField({ pointer, key }: Place, definition: string, object: string, known: SchemaObject): Finding {
    const advice = adviceOf(this.#version, definition, key);
    const nearest = nearestName(key, Object.keys(known));
    const otherwise =
      nearest === null ? 'remove it, or begin its name with `x-`' : `did you mean \`${nearest}\`?`;
    return { pointer, what: `${object} has no field \`${key}\``, fix: advice ?? otherwise };
  }

  /** The findings of the alternative that the value comes closest to. */
  #inAlternatives(
    alternatives: readonly unknown[],
    base: string,
    place: Place,
    definition: string,
  ): readonly Finding[] {
    if (alternatives.length === 0) return [];
    const targets = alternatives
      .map((schema) => this.#target({ schema: Object(schema), base }))
      .filter((target) => nameOf(target.base) !== 'Reference');
    const rules = targets.flatMap((target) => this.#flatten(target));
    const mistakes = targets.map((target) => knownMistake(nameOf(target.base), place));
    const mistake = mistakes.find((each) => each !== null) ?? kindOf(rules, place);
    if (mistake !== null) return [mistake];
    const attempts = rules
      .filter(({ schema }) => isOfKind(schema, place.value))
      .map((rule) => this.#findings(rule, place, rule.base === base ? definition : nameOf(rule.base)));
    const depth = place.pointer.split('/').length;
    const near = (findings: readonly Finding[]) =>
      findings.filter(({ pointer }) => pointer.split('/').length <= depth + 1).length;
    const [closest = []] = attempts.toSorted((a, b) => near(a) - near(b) || a.length - b.length);
    return closest;
  }

  /** An alternative may be a list of alternatives. */
  #flatten(rule: Rule): readonly Rule[] {
    const target = this.#target(rule);
    const inner = listOf(target.schema.oneOf);
    if (inner.length === 0 || 'properties' in target.schema) return [target];
    return inner.flatMap((schema) => this.#flatten({ schema: Object(schema), base: target.base }));
  }

  #target(rule: Rule): Rule {
    const { $ref: reference } = rule.schema;
    return typeof reference === 'string' ? this.#resolve(reference, rule.base) : rule;
  }

  #resolve(reference: string, base: string): Rule {
    const [, url = '', fragment = ''] = /^([^#]*)#?(.*)$/.exec(reference) ?? [];
    const target = url === '' ? base : url;
    return { schema: Object(valueAt(this.#definitions[target], fragment)), base: target };
  }
}

/** The name of a definition: its URL without the folder. */
function nameOf(url: string): string {
  return /([^/]+?)(\.json)?$/.exec(url)?.[1] ?? '';
}

function knownMistake(definition: string, { pointer, value }: Place): Finding | null {
  const mistake = isSchemaObject(value) ? mistakeIn(definition, value) : null;
  if (mistake === null) return null;
  return { pointer: joinPointer(pointer, mistake.field), what: mistake.what, fix: mistake.fix };
}

/** Examples of a message of 2.x have no definition of their own. */
function partOf(definition: string, key: string): string {
  return definition === 'message' && key === 'examples' ? 'messageExampleObject' : '';
}

/** Only alternatives differ in `type`: security schemes. */
function typesOf({ properties }: SchemaObject): readonly unknown[] {
  const { type } = Object(properties);
  return listOf(Object(type).enum);
}

/** The finding for an object whose `type` matches no alternative; null if it matches one, or if they have no types. */
function kindOf(rules: readonly Rule[], { pointer, value }: Place): Finding | null {
  const types = rules.map(({ schema }) => typesOf(schema));
  if (!isSchemaObject(value) || types.some((each) => each.length === 0)) return null;
  const allowed = [...new Set(types.flat())];
  if (allowed.includes(value.type)) return null;
  const at = { pointer: joinPointer(pointer, 'type'), key: 'type', value: value.type };
  return value.type === undefined
    ? missingField({ ...at, pointer }, 'a security scheme', 'type')
    : wrongValue(at, allowed);
}

function isOfKind(schema: SchemaObject, value: unknown): boolean {
  const types = typesOf(schema);
  return types.length === 0 || !isSchemaObject(value) || types.includes(value.type);
}

function excluded({ required }: SchemaObject, { pointer, key }: Place): readonly Finding[] {
  const fields = listOf(required).map((field) => `\`${String(field)}\``);
  const what =
    fields.length === 0
      ? `\`${key}\` has a value that is not allowed here`
      : `${fields.join(', ')} is not allowed here`;
  return [{ pointer, what, fix: fields.length === 0 ? 'correct it' : 'remove it' }];
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'object':
      return isSchemaObject(value);
    default:
      return typeof value === type;
  }
}
