import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRestApp } from '../../src/runtime/rest/app.ts';
import type { Operations } from '../../src/runtime/rest/operation-handlers.ts';
import { silentLog } from '../../src/runtime/shared/log.ts';
import { generate, prepareProject, rooms, tempFolder, typeCheck } from './generator.ts';

const contract = `
openapi: 3.1.0
info: { title: Notes, version: 1.0.0 }
paths:
  /notes:
    get:
      operationId: listNotes
      responses:
        "200":
          description: A page of notes.
          headers:
            Link: { $ref: "#/components/headers/Link" }
            X-Total: { required: true, description: All notes., schema: { type: integer } }
            X-Request-Id: { required: true, schema: { type: string } }
          content:
            application/json: { schema: { type: array, items: { type: string } } }
        "503":
          description: Busy.
          headers:
            Retry-After: { schema: { type: integer } }
        default:
          description: Any other error.
  /notes/touch:
    put:
      operationId: touchNotes
      responses:
        "200":
          description: Touched.
          headers:
            X-Total: { required: true, schema: { type: integer } }
  /notes/first:
    get:
      operationId: firstNote
      responses:
        "200":
          description: A note.
          content:
            application/json: { schema: { type: string } }
components:
  headers:
    Link: { schema: { type: string } }
`;

const handlers = `
import { createRestApp } from 'posted/rest';
import type { OperationHandlers } from './generated/openapi/handlers.ts';
import { operations } from './generated/openapi/operations.ts';

const handlers: OperationHandlers = {
  listNotes: async () => ({ headers: { Link: '<?after=1>', 'X-Total': 1 }, body: ['a'] }),
  touchNotes: async () => ({ headers: { 'X-Total': 1 } }),
  firstNote: async () => 'a',
};

createRestApp({
  operations,
  handlers,
  security: {},
  observer: { requestCompleted() {}, bodyInvalid() {} },
  origins: [],
  limits: { bodyBytes: 1000 },
});
`;

const project = tempFolder();
const out = join(project, 'generated');

beforeAll(async () => {
  prepareProject(project);
  writeFileSync(join(project, 'openapi.yaml'), contract);
  await generate(rooms, '--openapi', join(project, 'openapi.yaml'), '--out', out);
});

describe('a handler of an operation with response headers', () => {
  it('returns them with the body, and other handlers return the body', async () => {
    writeFileSync(join(project, 'app.ts'), handlers);
    expect(await typeCheck(project)).toBe('');
  });

  it.each([
    ['lacks a required header', ", 'X-Total': 1 }, body", ' }, body', "'X-Total'"],
    [
      'gives a header the wrong type',
      "'X-Total': 1 }, body",
      "'X-Total': '1' }, body",
      "'string' is not assignable",
    ],
    ['returns only the body', "({ headers: { 'X-Total': 1 } })", '({})', "'headers' is missing"],
  ])('does not compile if it %s', async (_title, from, to, error) => {
    const changed = handlers.replace(from, to);
    expect(changed).not.toBe(handlers);
    writeFileSync(join(project, 'app.ts'), changed);
    expect(await typeCheck(project)).toContain(error);
  });

  it('sets those headers and no others', async () => {
    const { operations } = await import(join(out, 'openapi/operations.ts'));
    expect(operations.listNotes.responseHeaderNames).toEqual(['Link', 'X-Total']);
    expect(Object.keys(operations.listNotes.responses)).toEqual(['200', '503', 'default']);
    const app = createRestApp({
      operations: operations as Operations,
      handlers: {
        listNotes: async () => ({ headers: { 'X-Total': '1' }, body: [] }),
        touchNotes: async () => ({ headers: { 'X-Total': 3 } }),
        firstNote: async () => 'a',
      } as never,
      security: {},
      observer: { requestCompleted: () => {}, bodyInvalid: () => {} },
      log: silentLog,
      origins: [],
      limits: { bodyBytes: 1000 },
    });
    const touched = await app.fetch(new Request('http://localhost/notes/touch', { method: 'PUT' }));
    expect([touched.status, touched.headers.get('x-total')]).toEqual([200, '3']);
    const first = await app.fetch(new Request('http://localhost/notes/first'));
    expect([first.status, first.headers.has('x-total')]).toEqual([200, false]);
    const list = await app.fetch(new Request('http://localhost/notes'));
    expect(list.status).toBe(500);
  });
});
