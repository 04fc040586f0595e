import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRestApp, type RestAppOptions } from '../../src/runtime/rest/app.ts';
import type { Operations } from '../../src/runtime/rest/operation-handlers.ts';
import { restClient } from '../../src/runtime/rest-client/index.ts';
import { silentLog } from '../../src/runtime/shared/log.ts';
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

  it('send every parameter as the server reads it', async () => {
    const { operations, api } = generated.get('parameters') ?? {};
    let received: unknown;
    const record = async (request: unknown): Promise<void> => {
      received = request;
    };
    const handlers = Object.fromEntries(Object.keys(operations ?? {}).map((name) => [name, record]));
    const app = createRestApp({
      operations,
      handlers,
      security: {},
      observer: { requestCompleted() {}, bodyInvalid() {} },
      log: silentLog,
      origins: [],
      limits: { bodyBytes: 1000 },
    } as unknown as RestAppOptions<Operations, never>);
    const client = restClient(api as NonNullable<typeof api>, {
      url: 'http://localhost',
      fetch: async (url, init) => app.fetch(new Request(url, init)),
    });
    const query = {
      list: [1, 2],
      comma: ['a', 'b,c'],
      space: ['a', 'b'],
      pipe: ['a', 'b'],
      deep: { from: 1 },
      spread: { offset: 5, order: 'up' },
      flat: { from: 2 },
      json: { from: 3, to: 4 },
      either: ['a', 'b'],
    };
    await client.query?.({ query });
    expect(received).toMatchObject({ query: { ...query, level: 2 } });
    const path = { simple: ['a', 'b'], label: [1, 2], matrix: ['x/y'], object: { from: 4, to: 5 } };
    await client.path?.({ params: path });
    expect(received).toMatchObject({ pathParameters: path });
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
      expect.stringContaining('the body of a GET request is left out'),
      expect.stringContaining('the content in XML is left out'),
    ]);
  });
});
