import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareProject, tempFolder, typeCheck } from '../scripts/generator.ts';
import { documentPath, type GeneratedDocument, generateDocument } from './generate-document.ts';
import { speak } from './speak.ts';

const names = ['bodies', 'parameters', 'answers'] as const;

/** Compiles only if handlers are those of the table, too. */
const server = `
import type { HandlersOf } from 'posted/rest';
import type { OperationHandlers } from './generated/NAME/openapi/handlers.ts';
import { operations } from './generated/NAME/openapi/operations.ts';

export function asTable(handlers: OperationHandlers): HandlersOf<typeof operations, { id: string }> {
  return handlers;
}
`;

describe("other people's OpenAPI documents", () => {
  const folder = tempFolder();
  const generated = new Map<string, GeneratedDocument>();

  beforeAll(async () => {
    prepareProject(folder);
    mkdirSync(join(folder, 'generated'));
    for (const name of names) {
      generated.set(name, await generateDocument(documentPath(name), join(folder, 'generated', name)));
      const source =
        name === 'answers'
          ? server.replace('OperationHandlers)', 'OperationHandlers<{ id: string }>)')
          : server;
      writeFileSync(join(folder, `${name}.ts`), source.replaceAll('NAME', name));
    }
  });

  it('give code that type-checks', async () => {
    expect(await typeCheck(folder)).toBe('');
  });

  it.each(names)('give a server and a client that understand each other: %s', async (name) => {
    const document = generated.get(name);
    if (document === undefined) throw new Error(`${name} was not generated.`);
    const { spoken, silent, problems } = await speak(document.loaded, document);
    expect({ silent, problems }).toEqual({ silent: [], problems: [] });
    expect(spoken.length).toBeGreaterThan(4);
  });

  it('name operations without an operationId after their method and path', () => {
    expect(Object.keys(generated.get('parameters')?.operations ?? {})).toEqual([
      'query',
      'path',
      'getFilesByNameByKind',
      'getFilesAll',
      'postJobsByIdCancel',
      'getRoot',
    ]);
  });

  it('give a warning for each part that is left out', () => {
    const { warnings = [] } = generated.get('answers') ?? {};
    expect(warnings.map((text) => text.replace(/^.*?: {2}|^\S+ +/, '')).toSorted()).toEqual([
      expect.stringContaining('`callbacks` of an operation is left out'),
      expect.stringContaining('the operation describes no successful response'),
      expect.stringContaining('`webhooks` of an OpenAPI document is left out'),
    ]);
    expect(generated.get('bodies')?.warnings).toEqual([
      expect.stringContaining('the content in XML is left out'),
    ]);
  });
});
