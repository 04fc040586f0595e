import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generate, readFolder, tempFolder } from './generator.ts';

const document = join(import.meta.dirname, '../openapi/documents/answers.yaml');

describe('posted generate --openapi without an AsyncAPI document', () => {
  const folder = tempFolder();
  const out = join(folder, 'generated');
  const options = ['--openapi', document, '--out', out, '--targets', 'server,client,docs'];

  it('gives a server, a client and a page', async () => {
    expect((await generate(...options)).code).toBe(0);
    expect(Object.keys(readFolder(join(out, 'openapi'))).toSorted()).toEqual([
      'client.ts',
      'handlers.ts',
      'models.ts',
      'operations.ts',
      'validators.ts',
    ]);
    const page = readFileSync(join(out, 'docs/index.html'), 'utf8');
    expect(page).toContain('<title>Answers</title>');
    expect(page).toContain('/things/{id}');
    expect(page).not.toContain('WebSocket');
  });

  it('is up to date afterwards, with --check', async () => {
    const { code, stdout } = await generate(...options, '--check');
    expect([code, stdout]).toEqual([0, `${out} is up to date.\n`]);
  });

  it('generates a server and a client by default', async () => {
    const other = join(folder, 'other');
    await generate('--openapi', document, '--out', other);
    expect(Object.keys(readFolder(other)).map((path) => path.split('/')[0])).not.toContain('docs');
    expect(Object.keys(readFolder(join(other, 'openapi')))).toEqual(
      expect.arrayContaining(['client.ts', 'handlers.ts']),
    );
  });
});
