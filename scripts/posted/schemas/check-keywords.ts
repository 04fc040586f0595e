import type { Ajv } from 'ajv';
import type { ContractDocument } from '../contract/contract-document.ts';
import { createAjv } from './compiler.ts';
import type { Definition, Dialect } from './definitions.ts';
import {
  isAnnotation,
  isSchemaObject,
  type JsonSchema,
  type SchemaObject,
  subschemasOf,
} from './json-schema.ts';
import { faultOfPattern } from './pattern.ts';
import type { SchemaSet } from './schema-set.ts';

/** Keywords that change what a reference means, or that other tools read in another way. */
const refused: Readonly<Record<string, string>> = {
  $anchor: 'refer to the schema by its place in components.schemas',
  $async: 'remove it',
  $dynamicAnchor: 'refer to the schema by its place in components.schemas',
  $dynamicRef: 'use $ref',
  $id: 'refer to the schema by its place in components.schemas',
  $vocabulary: 'remove it',
  id: 'refer to the schema by its place in components.schemas',
  nullable: 'say it beside a `type`, or write `anyOf` with `type: "null"`',
};

const dialects: Readonly<Record<Dialect, RegExp>> = {
  'draft-07': /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/,
  '2020-12': /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/,
};

/** Keywords that mean nothing where none of the others stands beside them. */
const dependent: ReadonlyMap<string, readonly string[]> = new Map([
  ['additionalItems', ['items']],
  ['else', ['if']],
  ['if', ['then', 'else']],
  ['maxContains', ['contains']],
  ['minContains', ['contains']],
  ['then', ['if']],
]);

/** Where a problem is, seen from a schema, and what to do about it. */
type Report = (keys: readonly string[], what: string, fix: string) => void;

/** Reports every keyword that is none, or that no guard could follow; says whether all are well. */
export function checkKeywords(document: ContractDocument, schemas: SchemaSet): boolean {
  const ajv = createAjv(schemas.dialect);
  let sound = true;
  for (const definition of schemas.definitions.values()) check(definition, definition.schema, []);
  return sound;

  function check(definition: Definition, schema: JsonSchema, keys: readonly string[]): void {
    if (!isSchemaObject(schema)) return;
    const report: Report = (more, what, fix) => {
      sound = false;
      document.report(definition.locate([...keys, ...more]), what, fix);
    };
    checkNames(schema, ajv, report);
    checkValues(schema, schemas.dialect, report);
    warnOfNoEffect(schema, ajv, (more, what, fix) =>
      document.warn(definition.locate([...keys, ...more]), what, fix),
    );
    for (const [more, subschema] of subschemasOf(schema)) {
      if (more.every((key) => key.isWellFormed())) check(definition, subschema, [...keys, ...more]);
      else
        report(more, 'a name holds half a surrogate pair, which no text can carry', 'give it another name');
    }
  }
}

function checkNames(schema: SchemaObject, ajv: Ajv, report: Report): void {
  for (const keyword of Object.keys(schema)) {
    const fix = Object.hasOwn(refused, keyword) ? refused[keyword] : undefined;
    if (fix !== undefined) report([keyword], `\`${keyword}\` is not supported`, fix);
    else if (ajv.RULES.keywords[keyword] !== true && !isAnnotation(keyword)) {
      report([keyword], `\`${keyword}\` is no keyword of JSON Schema`, 'correct the spelling, or remove it');
    }
  }
}

function checkValues(schema: SchemaObject, dialect: Dialect, report: Report): void {
  const { $schema, pattern, patternProperties, enum: values, required } = schema;
  if (typeof $schema === 'string' && !dialects[dialect].test($schema)) {
    const what = `schemas of this contract are read as JSON Schema ${dialect}, not as ${JSON.stringify($schema)}`;
    report(['$schema'], what, 'rewrite the schema, and remove the keyword');
  }
  const patterns: [keys: readonly string[], pattern: string][] = [];
  if (typeof pattern === 'string') patterns.push([['pattern'], pattern]);
  if (isSchemaObject(patternProperties)) {
    patterns.push(
      ...Object.keys(patternProperties).map((key): [string[], string] => [['patternProperties', key], key]),
    );
  }
  for (const [keys, text] of patterns) {
    const fault = faultOfPattern(text);
    if (fault !== null) {
      report(keys, `the pattern is no regular expression of ECMA-262: ${fault}`, 'correct the pattern');
    }
  }
  if (Array.isArray(values) && values.length === 0) {
    report(['enum'], 'an `enum` without values allows nothing', 'list the values, or remove it');
  }
  if (Array.isArray(required) && required.includes('')) {
    // Ajv takes the empty name of what is missing for nothing missing.
    report(['required'], 'a property without a name cannot be asked for', 'give it a name');
  }
}

function warnOfNoEffect(schema: SchemaObject, ajv: Ajv, warn: Report): void {
  const { format } = schema;
  if (typeof format === 'string' && ajv.formats[format] === undefined) {
    const what = `format ${JSON.stringify(format)} is not known, and nothing checks it`;
    warn(['format'], what, 'use a format of JSON Schema, or a `pattern`');
  }
  for (const [keyword, others] of dependent) {
    if (schema[keyword] === undefined || others.some((other) => schema[other] !== undefined)) continue;
    const names = others.map((other) => `\`${other}\``).join(' or ');
    warn([keyword], `\`${keyword}\` means nothing without ${names}`, `add ${names}, or remove it`);
  }
}
