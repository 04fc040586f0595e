import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generate, type Run, rooms, tempFolder } from './generator.ts';

const folder = tempFolder();
const out = join(folder, 'generated');

function contractPath(name: string): string {
  return `test/scripts/contracts/${name}.yaml`;
}

/** Next to each contract, a text file lists its problems, one a line, without the file name. */
const contracts = [
  { name: 'references.asyncapi', about: 'unresolvable references' },
  { name: 'parser.asyncapi', about: 'violations of the specification' },
  { name: 'unsupported.asyncapi', about: 'unsupported features of AsyncAPI' },
  { name: 'schemas.asyncapi', about: 'invalid keywords' },
  { name: 'strict.asyncapi', about: 'unknown formats' },
  { name: 'examples.asyncapi', about: 'examples that do not match their schemas' },
  { name: 'invalid.openapi', about: 'violations of the specification' },
  { name: 'unsupported.openapi', about: 'unsupported features of OpenAPI' },
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

  it('is refused for no other reason, and nothing is written', () => {
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
  it('with a syntax error is refused at its position, in both contracts at once', async () => {
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

  it('that does not exist is refused', async () => {
    const missing = join(folder, 'missing.json');
    const { code, stderr } = await generate(missing, '--out', out);
    expect(stderr).toContain(`${missing}:1:1  /  the file cannot be read (ENOENT`);
    expect(code).toBe(1);
  });
});
