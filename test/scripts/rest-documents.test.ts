import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { GenerationError } from '../../scripts/posted/contract/generation-error.ts';
import { loadOpenapi } from '../../scripts/posted/openapi/load-openapi.ts';
import { isErrorOf, type RestContract, restClient } from '../../src/runtime/rest-client/index.ts';
import { execute, reason as noPython, pythonPath } from '../python/python.ts';
import { startRestServer } from '../runtime/rest-client/rest-server.ts';
import { generate, prepareProject, readFolder, tempFolder, typeCheck } from './generator.ts';

const document = join(import.meta.dirname, '../fixtures/shop.openapi.yaml');
const shop = readFileSync(document, 'utf8');

/** Compiles only if the types are exactly those of the contract. */
const program = `
import { isErrorOf, restClient } from 'posted/rest-client';
import { type Api, api } from './generated/openapi/client.ts';

const order = { id: 1, buyer: { name: 'Ann' }, note: null, payer: null };
export async function use(url: string, auth: { readonly login: () => string }): Promise<unknown> {
  const client: Api = restClient(api, { url, auth });
  const { headers, body } = await client.listOrders({ query: { tags: ['a'] }, headers: { 'X-Parts': [1, 2] } });
  const total: number | undefined = headers['X-Total'];
  const first: string | undefined = body[0]?.buyer.name;
  await client.changeOrder({ params: { id: 1 } });
  const receipt: string = await client.getReceipt();
  try {
    await client['create-order']({ body: order });
    return undefined;
  } catch (thrown) {
    if (!isErrorOf(client['create-order'], thrown)) throw thrown;
    const error: { readonly title: string } | string = thrown.body;
    return [total, first, receipt, error];
  }
}

const client = restClient(api, { url: 'http://localhost' });
// @ts-expect-error -- the path has a parameter
void (() => client.changeOrder({}));
// @ts-expect-error -- an order has a buyer
void (() => client['create-order']({ body: { id: 1 } }));
// @ts-expect-error -- the contract has no such scheme
void (() => restClient(api, { auth: { token: 'a' } }));
// @ts-expect-error -- the receipt is text
void (async () => (await client.getReceipt()).id);
`;

describe('an OpenAPI 3.0 document of another server', () => {
  const folder = tempFolder();
  const out = join(folder, 'generated');
  const options = ['--out', out, '--targets', 'client,python'];
  let warnings = '';
  beforeAll(async () => {
    prepareProject(folder);
    warnings = (await generate(document, ...options)).stderr;
    writeFileSync(join(folder, 'program.ts'), program);
  });

  it('gives a client that type-checks, without code for servers', async () => {
    expect(warnings.split('\n').map((line) => /`callbacks`|response 304/.exec(line)?.[0] ?? line)).toEqual([
      'response 304',
      '`callbacks`',
      '',
    ]);
    expect(await typeCheck(folder)).toBe('');
    expect(Object.keys(readFolder(join(out, 'openapi'))).toSorted()).toEqual(['client.ts', 'models.ts']);
  });

  it('gives a client that sends and reads what the document describes', async () => {
    const { use } = await import(join(folder, 'program.ts'));
    const order = { id: 1, buyer: { name: 'Ann' }, note: null, payer: null };
    const server = await startRestServer(
      [200, [order], { 'X-Total': '7' }],
      [204],
      (response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'),
      [409, { title: 'There is one.' }, { 'Content-Type': 'application/problem+json' }],
    );
    const given = await use(server.url, { login: () => 'token' });
    expect(given).toEqual([7, 'Ann', '<p>', { title: 'There is one.' }]);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /orders?tags=a',
      'PATCH /orders/1.json',
      'GET /receipt',
      'POST /orders',
    ]);
    const [list, change, receipt, create] = server.requests.map(({ headers }) => headers);
    expect(list).toMatchObject({ authorization: 'Bearer token', 'x-parts': '1,2' });
    expect(change).not.toHaveProperty('authorization');
    expect(receipt).not.toHaveProperty('authorization');
    expect(create?.['idempotency-key']).toEqual(expect.any(String));
  });

  it('sends the credential and the content type of the operation', async () => {
    const { api } = await import(join(out, 'openapi/client.ts'));
    const server = await startRestServer(
      [201, {}, { 'Content-Type': 'application/vnd.shop.order+json' }],
      [204],
      [404],
    );
    const given = { url: server.url, auth: { key: 'k', user: { username: 'ann', password: 'p' } } };
    const client = restClient<Record<string, (request: object) => Promise<unknown>> & object, object>(
      api as RestContract<Record<string, never>, object>,
      given,
    );
    await client['create-order']?.({ body: {} });
    await client.changeOrder?.({ params: { id: 2 }, body: { note: 'x' } });
    await expect(client['create-order']?.({ body: {} })).rejects.toMatchObject({
      code: 'refused',
      status: 404,
    });
    expect(server.requests[0]?.headers['x-key']).toBe('k');
    expect(server.requests[1]?.headers).toMatchObject({
      authorization: `Basic ${btoa('ann:p')}`,
      'content-type': 'application/merge-patch+json',
    });
    expect(isErrorOf({ operationId: 'create-order' }, new Error('other'))).toBe(false);
  });

  it('gives a Python package that works without the runtime of channels', async ({ skip }) => {
    if (noPython !== null) skip(noPython);
    const code =
      'from shop.rest import RestClient, models; print(RestClient("http://localhost").create_order.__name__)';
    const env = { PYTHONPATH: join(out, 'python'), PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout } = await execute(pythonPath(), ['-W', 'error', '-c', code], { env });
    expect(stdout).toBe('create_order\n');
    const runtime = Object.keys(readFolder(join(out, 'python/shop/_runtime')));
    expect(runtime).not.toContain('socket.py');
  });

  it('is up to date until it changes, with --check', async () => {
    expect((await generate(document, ...options, '--check')).code).toBe(0);
    const changed = join(folder, 'shop.openapi.yaml');
    writeFileSync(changed, shop.replace('operationId: getReceipt', 'operationId: receipt'));
    const run = await generate(changed, ...options, '--check');
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('openapi/client.ts');
  });
});

describe('an idempotency key', () => {
  it('that may not be a UUID is reported in a warning', async () => {
    const file = join(folder, 'keys.yaml');
    writeFileSync(
      file,
      shop.replace(
        'required: true, schema: { type: string }',
        "schema: { type: string, pattern: '^[0-9]{3}-' }",
      ),
    );
    const { warnings } = await loadOpenapi(file, { use: 'client' });
    expect(warnings.filter((text) => text.includes('idempotency'))).toEqual([
      expect.stringMatching(
        /keys\.yaml:\d+:\d+ {2}\/paths\/~1orders\/post\/parameters\/0\/schema {2}the schema .* refuses the UUIDs/,
      ),
    ]);
    const allowed = await loadOpenapi(document, { use: 'client' });
    expect(allowed.warnings.join('\n')).not.toContain('idempotency');
  });
});

describe('a document from which no client can be generated', () => {
  it.each([
    [
      'an operation that no object can have',
      'operationId: getReceipt',
      'operationId: __proto__',
      'no member of an object can have this name; rename the operation',
    ],
    [
      'a misspelled field',
      'requestBody:\n        content',
      'requestBodi:\n        content',
      'OpenAPI 3.0 does not define this field',
    ],
    [
      'another version',
      'openapi: 3.0.3',
      'openapi: 4.0.0',
      'this is not an OpenAPI 3.0, 3.1 or 3.2 document',
    ],
    ['a scheme without credentials', 'scheme: basic', 'scheme: digest', '`http digest` is not supported'],
    [
      'a schema of another file',
      "$ref: '#/components/schemas/Buyer' }\n        payer",
      "$ref: 'buyer.yaml' }\n        payer",
      'refers to another document',
    ],
  ])('is reported with its position: %s', async (_, from, to, problem) => {
    expect(shop).toContain(from);
    const file = join(folder, 'shop.yaml');
    writeFileSync(file, shop.replace(from, to));
    const thrown: unknown = await loadOpenapi(file, { use: 'client' }).catch((error) => error);
    if (!(thrown instanceof GenerationError)) throw thrown;
    expect(thrown.message).toContain(problem);
    expect(thrown.message).toMatch(/shop\.yaml:\d+:\d+ {2}\//);
  });
});

const folder = tempFolder();
