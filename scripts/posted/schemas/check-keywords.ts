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
import { patternError } from './pattern.ts';
import { formatMark, laterKeywords } from './schema-formats.ts';
import type { SchemaSet } from './schema-set.ts';

/** Keywords that change the meaning of references, or that tools interpret differently. */
const refused: Readonly<Record<string, string>> = {
  $anchor: 'refer to the schema as `#/components/schemas/NAME`',
  $async: 'remove it',
  $dynamicAnchor: 'refer to the schema as `#/components/schemas/NAME`',
  $dynamicRef: 'use $ref',
  $id: 'refer to the schema as `#/components/schemas/NAME`',
  $recursiveAnchor: 'refer to the schema as `#/components/schemas/NAME`',
  $recursiveRef: 'use $ref',
  $vocabulary: 'remove it',
  id: 'refer to the schema as `#/components/schemas/NAME`',
  nullable: 'put it next to a `type`, or use `anyOf` with `type: "null"`',
};

const dialects: Readonly<Record<Dialect, RegExp>> = {
  'draft-07': /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/,
  '2020-12': /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/,
};

/** Keywords that have no effect without one of the other keywords. */
const dependent: ReadonlyMap<string, readonly string[]> = new Map([
  ['additionalItems', ['items']],
  ['else', ['if']],
  ['if', ['then', 'else']],
  ['maxContains', ['contains']],
  ['minContains', ['contains']],
  ['then', ['if']],
]);

/** Reports a problem at a path inside a schema. */
type Report = (keys: readonly string[], what: string, fix: string) => void;

/** Reports unknown and unsupported keywords. Returns whether there are none. */
export function checkKeywords(document: ContractDocument, schemas: SchemaSet): boolean {
  const ajv = createAjv(schemas.dialect);
  let isValid = true;
  for (const definition of schemas.definitions.values()) check(definition, definition.schema, [], false);
  return isValid;

  function check(
    definition: Definition,
    schema: JsonSchema,
    keys: readonly string[],
    isWithinFormatted: boolean,
  ): void {
    if (!isSchemaObject(schema)) return;
    const isFormatted = isWithinFormatted || schema[formatMark] !== undefined;
    const report: Report = (more, what, fix) => {
      isValid = false;
      document.report(definition.locate([...keys, ...more]), what, fix);
    };
    checkNames(schema, ajv, isFormatted, report);
    checkValues(schema, schemas.dialect, report);
    warnOfIneffective(schema, ajv, (more, what, fix) =>
      document.warn(definition.locate([...keys, ...more]), what, fix),
    );
    for (const [more, subschema] of subschemasOf(schema)) {
      if (more.every((key) => key.isWellFormed()))
        check(definition, subschema, [...keys, ...more], isFormatted);
      else report(more, 'the name contains an unpaired surrogate, which UTF-8 cannot encode', 'rename it');
    }
  }
}

function checkNames(schema: SchemaObject, ajv: Ajv, isFormatted: boolean, report: Report): void {
  const isKnown = (keyword: string): boolean =>
    ajv.RULES.keywords[keyword] === true ||
    isAnnotation(keyword) ||
    (isFormatted && laterKeywords.has(keyword));
  for (const keyword of Object.keys(schema)) {
    const fix = Object.hasOwn(refused, keyword) ? refused[keyword] : undefined;
    if (fix !== undefined) report([keyword], `\`${keyword}\` is not supported`, fix);
    else if (!isKnown(keyword)) {
      report([keyword], `\`${keyword}\` is not a JSON Schema keyword`, 'correct the spelling, or remove it');
    }
  }
}

function checkValues(schema: SchemaObject, dialect: Dialect, report: Report): void {
  const { $schema, pattern, patternProperties, enum: values, required } = schema;
  if (typeof $schema === 'string' && !dialects[dialect].test($schema)) {
    const what = `schemas of this contract use JSON Schema ${dialect}, not ${JSON.stringify($schema)}`;
    report(['$schema'], what, `rewrite the schema for ${dialect}, and remove \`$schema\``);
  }
  const patterns: [keys: readonly string[], pattern: string][] = [];
  if (typeof pattern === 'string') patterns.push([['pattern'], pattern]);
  if (isSchemaObject(patternProperties)) {
    patterns.push(
      ...Object.keys(patternProperties).map((key): [string[], string] => [['patternProperties', key], key]),
    );
  }
  for (const [keys, text] of patterns) {
    const error = patternError(text);
    if (error !== null) {
      report(
        keys,
        `the pattern is not a valid regular expression (ECMA-262): ${error}`,
        'correct the pattern',
      );
    }
  }
  if (Array.isArray(values) && values.length === 0) {
    report(['enum'], 'an empty `enum` allows no value', 'list the values, or remove it');
  }
  if (Array.isArray(required) && required.includes('')) {
    // Ajv reports the missing property by its name, and takes an empty name for none.
    report(['required'], 'a property with an empty name cannot be required', 'rename it');
  }
}

function warnOfIneffective(schema: SchemaObject, ajv: Ajv, warn: Report): void {
  const { format } = schema;
  if (typeof format === 'string' && ajv.formats[format] === undefined) {
    const what = `the unknown format ${JSON.stringify(format)} is not checked`;
    warn(['format'], what, 'use a format of JSON Schema, or a `pattern`');
  }
  for (const [keyword, others] of dependent) {
    if (schema[keyword] === undefined || others.some((other) => schema[other] !== undefined)) continue;
    const names = others.map((other) => `\`${other}\``).join(' or ');
    warn([keyword], `\`${keyword}\` has no effect without ${names}`, `add ${names}, or remove it`);
  }
}
