import { describe, expect, it } from 'vitest';
import { deref, entries, type Json, openapi } from '../../support/contracts.ts';

const operations = entries(openapi.paths).flatMap(([, methods]) => entries(methods).map(([, each]) => each));
const byId = new Map(operations.map((operation) => [String(operation.operationId), operation]));

function follow(value: unknown): Json {
  return deref(openapi, (value ?? {}) as Json);
}

function responsesOf(operation: Json): readonly (readonly [status: string, response: Json])[] {
  return entries(operation.responses).map(([status, response]) => [status, follow(response)]);
}

function parametersOf(operation: Json): readonly Json[] {
  return (operation.parameters ?? []) as readonly Json[];
}

function mediaOf(holder: unknown): readonly Json[] {
  return entries(follow(holder).content).map(([, media]) => media);
}

/** All schemas of a type inside a value, with their pointers. */
function schemasOf(type: string, value: unknown, pointer = ''): readonly (readonly [string, Json])[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = [(value as Json).type].flat().includes(type) ? [[pointer, value as Json] as const] : [];
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, part]) => schemasOf(type, part, `${pointer}/${key}`)),
  ];
}

function isBounded({ minimum, maximum }: Json): boolean {
  return minimum !== undefined && maximum !== undefined;
}

describe('openapi.yaml', () => {
  it.each([...byId])('gives examples and links for %s', (_id, operation) => {
    const success = (operation.responses as Json)['200'];
    const media = [...mediaOf(operation.requestBody), ...mediaOf(success)];
    expect([...media, ...parametersOf(operation)].filter(({ example }) => example === undefined)).toEqual([]);
    expect(entries(follow(success).links)).not.toEqual([]);
    for (const [, link] of entries(follow(success).links)) {
      const target = byId.get(String(link.operationId)) ?? {};
      const names = parametersOf(target).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(Object.keys(link.parameters ?? {})));
    }
  });

  it.each([...byId])('states all responses of %s', (_id, operation) => {
    const statuses = responsesOf(operation).map(([status]) => status);
    const body = operation.requestBody === undefined ? [] : ['413', '415'];
    const secured = operation.security === undefined ? [] : ['401'];
    const always = ['200', '400', '405', '408', '429', '500', '503', 'default'];
    expect(statuses).toEqual(expect.arrayContaining([...always, ...body, ...secured]));
    const headers: Readonly<Record<string, string>> = {
      401: 'WWW-Authenticate',
      405: 'Allow',
      429: 'Retry-After',
    };
    for (const [status, response] of responsesOf(operation)) {
      const described = entries(response.headers).map(([name, header]) => [name, follow(header).required]);
      const required = ['X-Request-Id', headers[status] ?? []].flat().map((name) => [name, true]);
      expect(described, status).toEqual(expect.arrayContaining(required));
    }
  });

  it('bounds every array and every integer', () => {
    const arrays = schemasOf('array', openapi);
    expect(arrays.length).toBeGreaterThan(3);
    expect(arrays.filter(([, { maxItems }]) => maxItems === undefined)).toEqual([]);
    const integers = schemasOf('integer', openapi);
    expect(integers.length).toBeGreaterThan(6);
    expect(integers.filter(([, schema]) => !isBounded(schema))).toEqual([]);
  });
});
