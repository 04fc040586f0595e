import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { generatePythonSchemas } from '../../scripts/posted/python/generate-python-schemas.ts';
import { pythonPattern } from '../../scripts/posted/python/python-pattern.ts';
import { copyRuntime } from '../../scripts/posted/python/python-runtime.ts';
import { compilerOf } from '../../scripts/posted/schemas/compiler.ts';
import { pythonPath, reason } from '../python/python.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { generateSchemas, readSchemas } from '../scripts/schemas.ts';
import { formats, patterns, shortTexts, textsOf } from './nasty-texts.ts';
import { payloadsOf } from './payload.ts';

const seed = Number(process.env.FUZZ_SEED ?? 20_261_201);
const count = Number(process.env.FUZZ_VALUES ?? 8_000);

/** Keywords of later versions than draft-07. */
const later = {
  Unevaluated: {
    type: 'object',
    properties: { a: { type: 'integer' } },
    patternProperties: { '^s': true },
    anyOf: [{ properties: { b: { type: 'string' } }, required: ['b'] }, { properties: { c: true } }],
    dependentRequired: { a: ['c'], sg: ['s'] },
    dependentSchemas: { kind: { properties: { kind: { type: 'string' }, next: true } } },
    unevaluatedProperties: false,
  },
  UnevaluatedItems: {
    type: 'array',
    items: [{ type: 'integer' }],
    anyOf: [{ items: [true, { type: 'string' }] }, { minItems: 1 }],
    unevaluatedItems: { type: 'boolean' },
  },
  Containing2: { type: 'array', contains: { type: 'integer' }, minContains: 2, maxContains: 3 },
};

const nasty = {
  ...JSON.parse(readFileSync(join(import.meta.dirname, 'nasty-schemas.json'), 'utf8')),
  ...later,
};
const ofFormats = formats.map((format) => [`Format ${format}`, { format }]);
const ofPatterns = fc
  .sample(patterns, { seed, numRuns: Math.min(2000, count / 100) })
  .filter((pattern) => 'pattern' in pythonPattern(pattern))
  .map((pattern, index): [string, object] => [`Pattern${index}`, { pattern }]);
const schemas = { ...nasty, ...Object.fromEntries([...ofFormats, ...ofPatterns]) };

/** Values as JSON, by the names of schemas. */
function valuesOf(): readonly (readonly [name: string, json: string])[] {
  const payloads = payloadsOf(nasty);
  const all: readonly [string, fc.Arbitrary<unknown>][] = [
    ...payloads,
    ...formats.map((format): [string, fc.Arbitrary<unknown>] => [`Format ${format}`, textsOf(format)]),
    ...ofPatterns.map(([name]): [string, fc.Arbitrary<unknown>] => [name, shortTexts]),
  ];
  const numRuns = Math.ceil(count / all.length);
  return all.flatMap(([name, values]) =>
    fc
      .sample(fc.tuple(values, fc.nat({ max: 9 })), { seed, numRuns })
      .map(([value, notation]) => [name, rewrite(JSON.stringify(value), notation)] as const),
  );
}

/** Writes numbers otherwise: JavaScript reads the same number, or one that is as hard to read. */
function rewrite(json: string, notation: number): string {
  const others = ['.0', 'e0', '0000000000000000000001', 'e400', '9'.repeat(400)];
  const other = others[notation];
  if (other === undefined) return json;
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.e+-]*/g, (token) =>
    /^-?\d+$/.test(token) && !token.endsWith('0') ? token + other : token,
  );
}

/** The names of types differ from those of schemas. */
const typeOf = (name: string): string =>
  name.replaceAll(/[ -](.)/g, (_all, letter: string) => letter.toUpperCase());

describe.skipIf(reason !== null)(`FUZZ_SEED=${seed}: ${count} values ${reason ?? ''}`, () => {
  const folder = tempFolder();
  const values = valuesOf();
  const disagreements: string[] = [];
  const verdicts = new Map<string, Set<boolean>>();

  beforeAll(async () => {
    prepareProject(folder);
    const { set } = await readSchemas(folder, { schemas });
    const { guards, clientGuards } = await generateSchemas(folder, set);
    const compiler = compilerOf(set, 'json');
    const inPython = await checkInPython(set, folder, values);
    for (const [index, [name, json]] of values.entries()) {
      const value: unknown = JSON.parse(json);
      const type = typeOf(name);
      const all = {
        guard: guards[`is${type}`]?.(value),
        client: clientGuards[`is${type}`]?.(value),
        ajv: compiler.compile(type)(value),
        python: inPython[index] === null,
      };
      verdicts.set(name, (verdicts.get(name) ?? new Set()).add(all.ajv));
      if (new Set(Object.values(all)).size > 1)
        disagreements.push(`${JSON.stringify(schemas[name])} ${json} ${JSON.stringify(all)}`);
    }
  }, 600_000);

  it('are judged alike by the guards of TypeScript, of Python and by Ajv', () => {
    if (count > 100_000)
      process.stdout.write(`${values.length} values, ${disagreements.length} disagreements\n`);
    expect(disagreements).toEqual([]);
  });

  it('are both valid and invalid', () => {
    const decided = [...verdicts].filter(([, { size }]) => size === 2);
    expect(decided.length / verdicts.size).toBeGreaterThan(0.5);
  });
});

/** Returns what the guards of Python say about the values. */
async function checkInPython(
  set: Parameters<typeof generatePythonSchemas>[0],
  folder: string,
  values: readonly (readonly [name: string, json: string])[],
): Promise<readonly (string | null)[]> {
  const title = { file: 'contract.json', title: 'Fuzzed', version: '1' };
  const packageFolder = join(folder, 'python', 'fuzzed');
  mkdirSync(packageFolder, { recursive: true });
  writeFileSync(join(packageFolder, '__init__.py'), '');
  writeFileSync(join(packageFolder, 'schemas.py'), generatePythonSchemas(set, title));
  await copyRuntime(title, packageFolder, (file) => !file.startsWith('rest_'));
  const program = join(import.meta.dirname, '../python/check_guards.py');
  const { stdout, stderr } = spawnSync(pythonPath(), ['-W', 'error', program], {
    input: JSON.stringify(['fuzzed', values.map(([name, json]) => [typeOf(name), json])]),
    env: { PYTHONPATH: join(folder, 'python'), PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}
