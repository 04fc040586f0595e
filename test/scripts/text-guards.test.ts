import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { generate, prepareProject, rooms, tempFolder } from './generator.ts';

const contract = `
openapi: 3.1.0
info: { title: Shop, version: 1.0.0 }
paths:
  /prices:
    get:
      operationId: listPrices
      parameters:
        - { name: count, in: query, schema: { type: integer } }
        - { name: price, in: query, schema: { type: number } }
        - { name: name, in: query, schema: { type: string } }
      responses:
        "200": { description: Nothing. }
`;

let isQuery: Guard<Record<string, unknown>>;

beforeAll(async () => {
  const project = tempFolder();
  prepareProject(project);
  writeFileSync(join(project, 'openapi.yaml'), contract);
  await generate(rooms, '--openapi', join(project, 'openapi.yaml'), '--out', join(project, 'generated'));
  const { operations } = await import(join(project, 'generated/openapi/operations.ts'));
  isQuery = operations.listPrices.query;
});

it.each([
  ['count', '12', 12],
  ['count', '-3', -3],
  ['count', '007', 7],
  ['price', '-1.50', -1.5],
  ['price', '2e-3', 0.002],
  ['name', '0x1', '0x1'],
])('%s=%s is %j', (name, text, value) => {
  const query = { [name]: text };
  expect(isQuery(query)).toBe(true);
  expect(query).toEqual({ [name]: value });
});

const others = ['', ' ', ' 1', '1\n', '+1', '0x1', '0b1', '1_000', '١', 'Infinity', 'true', 'null'];

it.each([
  ...[...others, '1.0', '1e2', '-0'].map((text) => ['count', text, 'must be integer']),
  ...[...others, '.5', '1.', '1e999'].map((text) => ['price', text, /^must be (number|<= 1\.797)/]),
])('refuses %s=%j', (name, text, message) => {
  expect(isQuery({ [String(name)]: text })).toBe(false);
  expect(isQuery.errors).toMatchObject([{ instancePath: `/${String(name)}` }]);
  expect(isQuery.errors?.[0]?.message).toMatch(message ?? '');
});
