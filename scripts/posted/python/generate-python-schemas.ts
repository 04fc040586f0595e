import { isAnnotation, isSchemaObject, type JsonSchema, replaceSubschemas } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { type ContractTitle, preamble } from '../source/preamble.ts';
import { pythonPattern } from './python-pattern.ts';
import { literal, statement } from './python-source.ts';

/**
 * The text of schemas.py: the schemas of the guards, both as in the contract and as clients receive them, with
 * patterns for Python.
 *
 * @throws GenerationError for patterns that Python does not support
 */
export function generatePythonSchemas(schemas: SchemaSet, title: ContractTitle): string {
  const { definitions, received, document } = schemas;
  const entries = [...definitions].map(([name, { schema, locate }]) => {
    const refuse: Refuse = (keys, what, fix) => document.report(locate(keys), what, fix);
    return [name, forPython(schema, [], refuse)] as const;
  });
  document.throwProblems();
  // These have the same patterns, which are already checked.
  const opened = [...received].map(([key, schema]) => [key, forPython(schema, [], () => {})] as const);
  return [
    preamble(title, 'python'),
    '"""The JSON Schemas of the contract, by model name."""',
    '',
    'from __future__ import annotations',
    '',
    'from collections.abc import Mapping',
    'from typing import TypeAlias',
    '',
    // Type checkers could not infer the type of an empty object.
    'Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"',
    '',
    statement('DEFINITIONS: Mapping[str, Json] = ', literal(Object.fromEntries([...entries, ...opened]))),
    '',
  ].join('\n');
}

type Refuse = (keys: readonly string[], what: string, fix: string) => void;

function forPython(schema: JsonSchema, keys: readonly string[], refuse: Refuse): JsonSchema {
  const copy = replaceSubschemas(schema, (inner, more) => forPython(inner, [...keys, ...more], refuse));
  if (!isSchemaObject(copy)) return copy;
  const translate = (pattern: string, ...more: readonly string[]): string => {
    const translated = pythonPattern(pattern);
    if ('pattern' in translated) return translated.pattern;
    refuse(
      [...keys, ...more],
      `the pattern ${JSON.stringify(pattern)} has ${translated.what}, which Python does not support`,
      `${translated.fix}, or remove python from --targets`,
    );
    return pattern;
  };
  const entries = Object.entries(copy).flatMap(([keyword, value]): [string, unknown][] => {
    if (isAnnotation(keyword) || keyword === 'default') return [];
    if (keyword === 'pattern' && typeof value === 'string') return [[keyword, translate(value, keyword)]];
    if (keyword !== 'patternProperties' || !isSchemaObject(value)) return [[keyword, value]];
    const members = Object.entries(value).map(([name, member]) => [translate(name, keyword, name), member]);
    return [[keyword, Object.fromEntries(members)]];
  });
  return Object.fromEntries(entries);
}
