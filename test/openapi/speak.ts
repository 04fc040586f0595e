import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { createSamples } from '../../scripts/posted/cli/init/samples.ts';
import type { LoadedOpenapi } from '../../scripts/posted/openapi/load-openapi.ts';
import {
  type BodyModel,
  type ResponseModel,
  type RestOperationModel,
  successesOf,
} from '../../scripts/posted/openapi/rest-model.ts';
import { compilerOf } from '../../scripts/posted/schemas/compiler.ts';
import type { SchemaUse } from '../../scripts/posted/schemas/schema-set.ts';
import { createServer } from '../../src/runtime/node/http-server.ts';
import { createRestApp, type RestAppOptions } from '../../src/runtime/rest/app.ts';
import type { Operations } from '../../src/runtime/rest/operation-handlers.ts';
import { restClient } from '../../src/runtime/rest-client/index.ts';
import type { RestContract } from '../../src/runtime/rest-client/rest-contract.ts';

type Client = Readonly<Record<string, (request: object) => Promise<unknown>>>;

/** What was generated from a document. */
export interface Generated {
  readonly operations: Operations;
  readonly api: RestContract<Client, object>;
}

export interface Conversation {
  /** The operations that were called, with what the other side got. */
  readonly spoken: readonly string[];
  /** The operations for which no valid sample was found. */
  readonly silent: readonly string[];
  readonly problems: readonly string[];
}

const bytes = Uint8Array.of(0, 255, 128, 10);
const credentials = { bearer: 'token', basic: { username: 'ann', password: 'secret' } };

/** Serves a document's operations, and calls each with the generated client: both sides must get what the other sent. */
export async function speak(
  { model, schemas }: Pick<LoadedOpenapi, 'model' | 'schemas'>,
  { operations, api }: Generated,
): Promise<Conversation> {
  const samples = createSamples(schemas);
  const received = new Map<string, unknown>();
  const results = new Map<string, unknown>();
  const problems: string[] = [];
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (fields: object) => void problems.push(String(Object(fields).err)),
  };
  const server = createServer({
    app: createRestApp({
      operations,
      handlers: Object.fromEntries(
        model.operations.map(({ operationId }) => [
          operationId,
          async (request: unknown) => {
            received.set(operationId, request);
            return results.get(operationId);
          },
        ]),
      ),
      security: Object.fromEntries(
        [...model.securitySchemes.keys()].map((name) => [name, () => ({ id: 'ann' })]),
      ),
      observer: { requestCompleted() {}, bodyInvalid() {} },
      log,
      origins: [],
      limits: { bodyBytes: 1_000_000 },
    } as unknown as RestAppOptions<Operations, never>),
    log,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const auth = Object.fromEntries(
    [...model.securitySchemes].map(([name, { kind }]) => [
      name,
      kind === 'basic' ? credentials.basic : credentials.bearer,
    ]),
  );
  const client = restClient(api, { url: `http://127.0.0.1:${port}`, auth, retry: false });
  const [spoken, silent]: [string[], string[]] = [[], []];
  for (const operation of model.operations) {
    const { operationId } = operation;
    const request = requestOf(operation);
    const success = successesOf(operation.responses)[0];
    const result = resultOf(operation, success);
    if (request === null || result === null || success?.status.startsWith('3') === true) {
      silent.push(operationId);
      continue;
    }
    results.set(operationId, result.returned);
    try {
      const got = await client[operationId]?.(structuredClone(request));
      const seen = await plain(received.get(operationId));
      const sent = await plain(request);
      const parts = Object.keys(sent).filter((part) => !contains(Object(seen)[part], sent[part]));
      for (const part of parts) {
        problems.push(
          `${operationId}: sent ${part} ${JSON.stringify(sent[part])}, received ${JSON.stringify(Object(seen)[part])}`,
        );
      }
      const expected = await plain({ result: result.expected });
      if (!contains((await plain({ result: got })).result, expected.result)) {
        problems.push(
          `${operationId}: returned ${JSON.stringify(result.expected)}, got ${JSON.stringify(got)}`,
        );
      }
      spoken.push(operationId);
    } catch (thrown) {
      problems.push(`${operationId}: ${String(thrown)} ${JSON.stringify(request).slice(0, 300)}`);
    }
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { spoken, silent, problems };

  function requestOf(operation: RestOperationModel): Readonly<Record<string, unknown>> | null {
    const parts = {
      params: operation.pathParameters,
      query: operation.query,
      headers: operation.headers,
      cookies: operation.cookies,
    };
    const values = Object.entries(parts).flatMap(([part, use]) =>
      use === null ? [] : [[part, sampleOf(use, part === 'params')]],
    );
    if (values.some(([, value]) => value === undefined)) return null;
    const request = Object.fromEntries(values);
    const [content] = operation.contents;
    const body = content === undefined ? {} : bodyOf(content);
    return body === null ? null : { ...request, ...body };
  }

  function bodyOf({ kind, use, files }: BodyModel): Readonly<Record<string, unknown>> | null {
    if (kind === 'text') return { body: 'a text' };
    if (kind === 'binary') return { body: bytes };
    const value = use === null ? undefined : samples.of(use.definition);
    if (use !== null && value === undefined) return null;
    const given = files.map(({ name, isList }) => {
      const file = new Blob([bytes]);
      return [name, isList ? [file, file] : file];
    });
    return {
      ...(value === undefined ? {} : { body: value }),
      ...(files.length === 0 ? {} : { files: Object.fromEntries(given) }),
    };
  }

  /** A sample, without empty values, which have no text. */
  function sampleOf(use: SchemaUse, fillsObjects: boolean): unknown {
    const value = samples.of(use.definition);
    if (value === undefined) return undefined;
    const accepts = compilerOf(schemas, 'json').compile(use.definition);
    let whole: object = Object(value);
    for (const [name, one] of Object.entries(whole)) {
      const fuller = fillings(one, fillsObjects).map((filling) =>
        Object.assign({}, whole, { [name]: filling }),
      );
      whole = fuller.find((candidate) => accepts(candidate)) ?? whole;
    }
    return whole;
  }

  function resultOf(
    { responses, responseHeaders }: RestOperationModel,
    success: ResponseModel | undefined,
  ): { readonly returned: unknown; readonly expected: unknown } | null {
    if (success === undefined) return null;
    const body = resultBody(success);
    if (body === null) return null;
    const headers = responseHeaders === null ? null : samples.of(responseHeaders.definition);
    if (headers === undefined) return null;
    const successes = successesOf(responses);
    const status = success.status === 'default' ? 200 : Number(success.status.replace('XX', '00'));
    const isChosen = successes.length > 1 || !/^\d+$/.test(success.status);
    const described = {
      ...(isChosen ? { status } : {}),
      ...(headers === null ? {} : { headers }),
      ...(body.value === undefined ? {} : { body: body.value }),
    };
    return {
      returned: isChosen || headers !== null ? described : body.value,
      expected: headers === null ? body.value : { headers, body: body.value },
    };
  }

  function resultBody({ content, body }: ResponseModel): { readonly value: unknown } | null {
    if (content === 'none') return { value: undefined };
    if (content === 'text') return { value: 'a text' };
    if (content === 'binary') return { value: bytes };
    const value = body === null ? undefined : samples.of(body.definition);
    return value === undefined ? null : { value };
  }
}

/** Values that have text, for one that may have none. */
function fillings(value: unknown, fillsObjects: boolean): readonly unknown[] {
  if (value === '') return ['a'];
  if (Array.isArray(value) && value.length === 0)
    return [
      ['a', 'b,c'],
      [1, 2],
    ];
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty && fillsObjects ? [{ a: 'b', c: 'd&e' }] : [];
}

/** Whether a value has everything that was sent; the rest is defaults. */
function contains(value: unknown, sent: unknown): boolean {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return isDeepStrictEqual(value, sent);
  return Object.entries(sent).every(([name, member]) => contains(Object(value)[name], member));
}

/** A request or a result in a form that can be compared: bytes as lists of numbers, and path parameters by one name. */
async function plain(value: unknown): Promise<Readonly<Record<string, unknown>>> {
  const { params, pathParameters = params, ...others } = Object(await unwrapped(value));
  return pathParameters === undefined ? others : { ...others, params: pathParameters };
}

async function unwrapped(value: unknown): Promise<unknown> {
  if (value instanceof Blob) return [...new Uint8Array(await value.arrayBuffer())];
  if (value instanceof ReadableStream) return await unwrapped(await new Response(value).blob());
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return await Promise.all(value.map(unwrapped));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    async ([name, member]) => [name, await unwrapped(member)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
}
