import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generate, prepareProject, tempFolder, typeCheck } from './generator.ts';

const project = tempFolder();
let models = '';

beforeAll(async () => {
  prepareProject(project);
  const contract = 'test/scripts/contracts/models.asyncapi.yaml';
  await generate(contract, '--out', join(project, 'generated'));
  models = readFileSync(join(project, 'generated/asyncapi/models.ts'), 'utf8');
});

describe('a model', () => {
  it.each([
    'required: string | null;',
    'reference?: Word;',
    'constant?: 5;',
    'null?: null;',
    'enumeration?: AllEnumeration;',
    'inline?: AllInline;',
    'oneOf?: string | Word | All;',
    'anyOf?: AllAnyOfOption1 | null;',
    'allOf?: Other & AllAllOfPart2;',
    'array?: AllArrayItem[];',
    'nullables?: (string | null)[];',
    'unions?: (string | number)[];',
    'tuple?: [string];',
    'dictionary?: { [name: string]: string };',
    'anything?: unknown;',
    'nothing?: { [name: string]: never };',
    'object?: { [name: string]: unknown };',
    'open?: AllOpen;',
    'several?: number | string;',
    'either?: AllEitherPart1 & (AllEitherPart2Option1 | AllEitherPart2Option2);',
    'wrapped?: Other | All;',
  ])('has the property %s', (property) => {
    expect(models.split('\n')).toContain(`  ${property}`);
  });

  it.each([
    "export type AllEnumeration = 'a' | 1 | null | true;",
    'export type Word = string;',
    'export type Tree = string | Tree[] | { [name: string]: Tree };',
    'export type Alias = Other;',
    'export interface AllInline {\n  x?: number;\n}',
    "export interface AllArrayItem {\n  z?: 'z';\n}",
    'export interface AllOpen {\n  k?: string;\n\n  [name: string]: unknown;\n}',
    'export interface AllEitherPart2Option2 {\n  b: unknown;\n}',
  ])('is generated: %j', (model) => {
    expect(models).toContain(`${model}\n`);
  });

  it('has the descriptions of the contract as comments', () => {
    expect(models).toContain('  /** A word. */\n  reference?: Word;');
    expect(models).toContain('  /**\n   * Was *\\/ used.\n   *\n   * @deprecated\n   */\n  old?: string;');
    expect(models).toContain('/** @generated from schema All */\nexport interface All {');
  });

  it('type-checks strictly', async () => {
    expect(await typeCheck(project)).toBe('');
  });
});
