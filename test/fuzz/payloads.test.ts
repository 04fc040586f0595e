import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAjv } from '../../scripts/posted/schemas/compiler.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { prepareProject, tempFolder, typeCheck } from '../scripts/generator.ts';
import { generateSchemas, readSchemas } from '../scripts/schemas.ts';
import { payloadsOf } from './payload.ts';

/** `FUZZ_SEED` repeats the payloads of a run, and `FUZZ_PAYLOADS` changes their number. */
const seed = Number(process.env.FUZZ_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const count = Number(process.env.FUZZ_PAYLOADS ?? 100_000);

const schemas = {
  ...readJson('../../generated/docs/asyncapi.json.txt').components.schemas,
  ...readJson('nasty-schemas.json'),
};
const names = Object.keys(schemas);
const payloads = payloadsOf(schemas);

const folder = tempFolder();
let guards: Readonly<Record<string, Guard<unknown>>> = {};
let clientGuards: Readonly<Record<string, Guard<unknown>>> = {};
const validators = new Map<string, ValidateFunction>();

beforeAll(async () => {
  prepareProject(folder);
  const { set } = await readSchemas(folder, { schemas });
  ({ guards, clientGuards } = await generateSchemas(folder, set));
  const ajv = createAjv('draft-07', { code: { regExp } });
  ajv.addSchema({ components: { schemas } }, '');
  for (const name of names) {
    const validate = ajv.getSchema(`#/components/schemas/${name}`);
    if (validate !== undefined) validators.set(name, validate);
  }
});

/** Compiles patterns in Unicode mode, or else in the old mode. */
const regExp = Object.assign(
  (pattern: string, flags: string) => {
    try {
      return new RegExp(pattern, flags);
    } catch {
      return new RegExp(pattern);
    }
  },
  { code: 'regExp' },
);

/** Up to 20 values that a guard accepts, as JSON, by schema. */
const accepted = new Map(names.map((name) => [name, new Set<string>()]));

function accept(name: string, value: unknown): void {
  const [values, json] = [accepted.get(name), JSON.stringify(value)];
  // TypeScript assumes that the inherited members of an object have their usual types.
  if (/"(__proto__|constructor|toString)":/.test(json)) return;
  if (values !== undefined && values.size < 20) values.add(json);
}

function readJson(path: string) {
  return JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8'));
}

describe(`FUZZ_SEED=${seed}: the guards of a schema agree with Ajv`, () => {
  it.each(names)('for %s', (name) => {
    const [guard, clientGuard] = [guards[`is${name}`], clientGuards[`is${name}`]];
    const [validate, payload] = [validators.get(name), payloads.get(name)];
    if (guard === undefined || clientGuard === undefined || validate === undefined || payload === undefined)
      throw new TypeError(name);
    const verdicts = new Set<boolean>();
    fc.assert(
      fc.property(payload, (value) => {
        const verdict = validate(value);
        verdicts.add(verdict);
        if (verdict) accept(name, value);
        expect(guard(value)).toBe(verdict);
        expect(clientGuard(value)).toBe(verdict);
      }),
      { seed, numRuns: Math.ceil(count / names.length) },
    );
    // Only valid or only invalid payloads would prove little.
    expect(verdicts.size).toBe(2);
  });
});

describe('values that guards accept', () => {
  it('match the types of the guards', async () => {
    const samples = [...accepted].flatMap(([name, values]) =>
      [...values].map((value) => `is<models.${name}>()(${value});`),
    );
    expect(samples.length).toBeGreaterThan(names.length);
    const head = [
      `import type * as models from './generated/models.ts';`,
      'declare function is<Model>(): <Value extends Model>(value: Value) => void;',
    ];
    writeFileSync(join(folder, 'samples.ts'), [...head, ...samples].join('\n'));
    const mistakes = (await typeCheck(folder)).split('\n');
    // TS2353: excess properties are an error only in literals.
    expect(mistakes.filter((mistake) => !/^samples.*TS2353/.test(mistake) && mistake !== '')).toEqual([]);
  });
});
