import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from '../../src/runtime/node/http-server.ts';
import { createRestApp, type RestAppOptions } from '../../src/runtime/rest/app.ts';
import type { Operations } from '../../src/runtime/rest/operation-handlers.ts';
import { silentLog } from '../../src/runtime/shared/log.ts';
import { execute, pythonPath, reason } from '../python/python.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { documentPath, type GeneratedDocument, generateDocument } from './generate-document.ts';

const bytes = [0, 255, 10];

/** What handlers return; the others return nothing. */
const results: Readonly<Record<string, (request: never) => unknown>> = {
  upload: ({ files }: { readonly files: { readonly file: File } }) => files.file.size,
  sendText: ({ body }: { readonly body: string }) => body,
  maybe: () => ({}),
  createThing: () => ({ status: 201, headers: { Location: '/7' }, body: { id: 7 } }),
  getPicture: () => Uint8Array.from(bytes),
  getEvents: () => new Blob(['data: 1\n\n']).stream(),
};

describe.skipIf(reason !== null)(`the Python client of an OpenAPI document ${reason ?? ''}`, () => {
  const folder = tempFolder();
  const documents = new Map<string, GeneratedDocument>();

  beforeAll(async () => {
    prepareProject(folder);
    for (const name of ['bodies', 'parameters', 'answers']) {
      documents.set(name, await generateDocument(documentPath(name), join(folder, name)));
    }
  });

  it('sends and reads what the document describes', async () => {
    const received: Record<string, unknown> = {};
    const urls = [...documents.values()].map((document) => serveRecorded(document, received));
    const script = join(import.meta.dirname, 'python_client.py');
    const path = [...documents.keys()].map((name) => join(folder, name, 'python')).join(':');
    const env = { PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout } = await execute(pythonPath(), ['-W', 'error', script, ...(await Promise.all(urls))], {
      env,
    });
    expect(JSON.parse(stdout)).toEqual({
      upload: 3,
      text: 'grüße',
      created: [{ Location: '/7' }, { id: 7 }],
      picture: bytes,
      events: ['data: 1\n\n'],
      deleted: null,
    });
    expect(received).toMatchObject({
      sendForm: { body: { count: 2, tags: ['a', 'b,c'], place: { city: 'Bonn' } } },
      upload: { body: { size: 3, about: { title: 'A' } }, files: { more: [{ size: 3 }, { size: 3 }] } },
      setAvatar: { body: Uint8Array.from(bytes) },
      maybe: {},
      query: {
        query: {
          list: [1, 2],
          comma: ['a', 'b,c'],
          pipe: ['a', 'b'],
          deep: { from: 1 },
          spread: { offset: 5 },
          json: { from: 2, to: 3 },
          level: 2,
        },
      },
      path: {
        pathParameters: { simple: ['a', 'b'], label: [1, 2], matrix: ['x/y'], object: { from: 4 } },
      },
      getRoot: {
        headers: { 'X-List': [1, 2], 'X-Object': { from: 1 } },
        cookies: { session: 'a b', seen: [1, 2] },
      },
      deleteThing: { pathParameters: { id: 7 } },
    });
  });
});

/** Serves a document until the test ends, with handlers that record their requests. Resolves with the URL. */
async function serveRecorded(
  { loaded: { model }, operations }: GeneratedDocument,
  received: Record<string, unknown>,
): Promise<string> {
  const handlers = model.operations.map(({ operationId }) => [
    operationId,
    async (request: never) => {
      received[operationId] = request;
      return results[operationId]?.(request);
    },
  ]);
  const hooks = [...model.securitySchemes.keys()].map((name) => [name, () => ({ id: name })]);
  const app = createRestApp({
    operations,
    handlers: Object.fromEntries(handlers),
    security: Object.fromEntries(hooks),
    observer: { requestCompleted() {}, bodyInvalid() {} },
    log: silentLog,
    origins: [],
    limits: { bodyBytes: 10_000 },
  } as unknown as RestAppOptions<Operations, never>);
  const server = createServer({ app, log: silentLog });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
