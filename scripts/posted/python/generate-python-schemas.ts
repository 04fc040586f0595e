import { GenerationError, type Problem } from '../contract/generation-error.ts';
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
export function generatePythonSchemas({ definitions, received }: SchemaSet, title: ContractTitle): string {
  const problems: Problem[] = [];
  const entries = [...definitions].map(([name, { schema, locate }]) => {
    const refuse = (keys: readonly string[]): void => {
      problems.push({
        file: title.file,
        line: 1,
        column: 1,
        pointer: locate(keys),
        what: "Python's regular expressions do not support the lookbehind assertion in this pattern",
        fix: 'rewrite it without (?<= and (?<!, or remove python from --targets',
      });
    };
    return [name, forPython(schema, [], refuse)] as const;
  });
  if (problems.length > 0) throw new GenerationError(problems);
  // These have the same patterns, which are already checked.
  const opened = [...received].map(([key, schema]) => [key, forPython(schema, [], () => {})] as const);
  return [
    preamble(title, 'python'),
    '"""The JSON Schemas of the contract (draft-07), by model name."""',
    '',
    'from __future__ import annotations',
    '',
    'from collections.abc import Mapping',
    '',
    statement('DEFINITIONS: Mapping[str, object] = ', literal(Object.fromEntries([...entries, ...opened]))),
    '',
  ].join('\n');
}

function forPython(
  schema: JsonSchema,
  keys: readonly string[],
  refuse: (keys: readonly string[]) => void,
): JsonSchema {
  const copy = replaceSubschemas(schema, (inner, more) => forPython(inner, [...keys, ...more], refuse));
  if (!isSchemaObject(copy)) return copy;
  const translate = (pattern: string, ...more: readonly string[]): string => {
    const translated = pythonPattern(pattern);
    if (translated === null) refuse([...keys, ...more]);
    return translated ?? pattern;
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
