import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generate, type Run, rooms, tempFolder } from './generator.ts';

const folder = tempFolder();
const out = join(folder, 'generated');

function contractPath(name: string): string {
  return `test/scripts/contracts/${name}.yaml`;
}

/** Each contract stands beside a text with its problems: every line is one, without the name of the file. */
const contracts = [
  { name: 'references.asyncapi', about: 'references that lead nowhere' },
  { name: 'parser.asyncapi', about: 'what the specification does not allow' },
  { name: 'unsupported.asyncapi', about: 'what AsyncAPI has and we do not support' },
  { name: 'schemas.asyncapi', about: 'keywords that mean nothing' },
  { name: 'strict.asyncapi', about: 'schemas that strict Ajv refuses' },
  { name: 'examples.asyncapi', about: 'examples that are none' },
  { name: 'invalid.openapi', about: 'what the specification does not allow' },
  { name: 'unsupported.openapi', about: 'what OpenAPI has and we do not support' },
];

describe.each(contracts)('a contract with $about ($name)', ({ name }) => {
  const path = contractPath(name);
  const expected = readFileSync(path.replace('.yaml', '.txt'), 'utf8').trimEnd().split('\n');
  let run: Run;

  beforeAll(async () => {
    const contract = name.endsWith('asyncapi') ? [path] : [rooms, '--openapi', path];
    run = await generate(...contract, '--out', out, '--strict');
  });

  it.each(expected)('is refused: %s', (problem) => {
    expect(run.stderr.split('\n')).toContain(`${path}:${problem}`);
  });

  it('is refused for nothing else, and nothing is written', () => {
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(expected.length);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(existsSync(out)).toBe(false);
  });
});

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('a file', () => {
  it('that is no YAML or no JSON is refused where it is wrong, and both contracts are looked at', async () => {
    const yaml = write('contract.yaml', 'asyncapi: 3.0.0\ninfo: { title: x\n');
    const json = write('contract.json', '{\n  "openapi": "3.1.0",\n}\n');
    const { code, stderr } = await generate(yaml, '--openapi', json, '--out', out);
    expect(stderr.split('\n')).toEqual([
      `${yaml}:3:1  /  Flow map in block collection must be sufficiently indented and end with a }; correct the syntax`,
      `${json}:3:1  /  Expected double-quoted property name; correct the JSON`,
      '',
    ]);
    expect(code).toBe(1);
  });

  it('that is not there is refused', async () => {
    const missing = join(folder, 'missing.json');
    const { code, stderr } = await generate(missing, '--out', out);
    expect(stderr).toContain(`${missing}:1:1  /  the file cannot be read (ENOENT`);
    expect(code).toBe(1);
  });
});
