import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { type GeneratedPackage, generatePackage } from '../python/generated-package.ts';
import { pythonPath, reason } from '../python/python.ts';
import { prepareProject, tempFolder } from './generator.ts';
import { generateSchemas } from './schemas.ts';

interface Case {
  readonly schema: object;
  /** Values that match the schema. */
  readonly allowed: readonly unknown[];
  /** Values that match except for an unknown field. */
  readonly extended: readonly unknown[];
  readonly broken: readonly unknown[];
}

const closed = (properties: object, ...required: readonly string[]) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const integer = { type: 'integer' };
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const cases: Readonly<Record<string, Case>> = {
  Fields: {
    schema: closed({ a: integer }, 'a'),
    allowed: [{ a: 1 }],
    extended: [{ a: 1, b: 2 }],
    broken: [{ a: 'x' }, { b: 2 }, 1],
  },
  Nested: {
    schema: closed({
      object: closed({ a: integer }),
      items: { type: 'array', items: closed({ a: integer }) },
      referred: reference('Fields'),
      all: { allOf: [reference('Fields')] },
      values: { type: 'object', additionalProperties: closed({ a: integer }) },
    }),
    allowed: [{ object: { a: 1 }, items: [{ a: 1 }], referred: { a: 1 }, values: { x: { a: 1 } } }],
    extended: [
      { object: { b: 1 } },
      { items: [{ a: 1 }, { b: 1 }] },
      { referred: { a: 1, b: 1 } },
      { all: { a: 1, b: 1 } },
      { values: { x: { b: 1 } } },
      { more: 1 },
    ],
    broken: [{ object: { a: 'x' } }, { items: [{ a: 'x' }] }, { referred: {} }, { values: { x: 1 } }],
  },
  Tree: {
    schema: closed({ left: reference('Tree'), size: integer }),
    allowed: [{ left: { left: {} } }],
    extended: [{ left: { left: { color: 'red' } } }],
    broken: [{ left: { left: { size: 'x' } } }],
  },
  Alternatives: {
    schema: { oneOf: [closed({ a: integer }, 'a'), closed({ a: integer, b: integer }, 'a', 'b')] },
    allowed: [{ a: 1 }, { a: 1, b: 1 }],
    extended: [
      { a: 1, c: 1 },
      { a: 1, b: 1, c: 1 },
    ],
    broken: [{}, { a: 'x' }],
  },
  ReferredAlternatives: {
    schema: {
      oneOf: [reference('Fields'), closed({ a: integer, b: integer }, 'a', 'b')],
      anyOf: [{ required: ['a'] }, { required: ['c'] }],
    },
    allowed: [{ a: 1 }, { a: 1, b: 1 }],
    extended: [{ a: 1, b: 1, c: 1 }],
    broken: [{ b: 1 }],
  },
  ExclusiveAlternatives: {
    schema: { oneOf: [integer, { type: 'number', minimum: 5 }] },
    allowed: [1, 5.5],
    extended: [],
    broken: [6],
  },
  Refused: {
    schema: { type: 'object', not: closed({ a: integer }, 'a') },
    allowed: [{ a: 1, b: 1 }, {}],
    extended: [],
    broken: [{ a: 1 }],
  },
  Conditions: {
    // Parsed from text, because an object with a member `then` looks like a promise.
    schema: JSON.parse(
      `{"type":"object","if":${JSON.stringify(closed({ a: integer }, 'a'))},"then":{"required":["b"]}}`,
    ),
    allowed: [{ a: 1, c: 1 }, {}],
    extended: [],
    broken: [{ a: 1 }],
  },
  Dependencies: {
    schema: { type: 'object', dependencies: { a: closed({ a: integer }) } },
    allowed: [{ a: 1 }, { b: 1 }],
    extended: [{ a: 1, b: 1 }],
    broken: [{ a: 'x' }],
  },
  Maps: {
    schema: { type: 'object', additionalProperties: integer },
    allowed: [{ a: 1 }],
    extended: [],
    broken: [{ a: 'x' }],
  },
  Patterns: {
    schema: { type: 'object', patternProperties: { '^\\d$': integer }, additionalProperties: false },
    allowed: [{ 1: 1 }],
    extended: [{ 1: 1, a: 'x' }],
    broken: [{ 1: 'x' }],
  },
  Enumeration: {
    schema: closed({ reason: { enum: ['expired', 'epoch'] } }),
    allowed: [{ reason: 'epoch' }],
    extended: [{ reason: 'epoch', since: 1 }],
    broken: [{ reason: 'other' }],
  },
};

const names = Object.keys(cases);
const folder = tempFolder();
const document = join(folder, 'received.json');

/** A frame with a value of a case. */
const frameOf = (name: string, payload: unknown, more: object = {}) => ({
  headers: { is: name, ...more },
  payload,
  ...more,
});

function expectedOf({ allowed, extended, broken }: Case): readonly (readonly [unknown, boolean])[] {
  return [
    ...[...allowed, ...extended].map((value) => [value, true] as const),
    ...broken.map((value) => [value, false] as const),
  ];
}

beforeAll(() => writeFileSync(document, JSON.stringify(documentOf(cases))));

describe('the TypeScript guard for a received message', () => {
  let guards: Readonly<Record<string, Guard<unknown>>> = {};
  beforeAll(async () => {
    const { schemas } = await loadAsyncapi(document);
    prepareProject(folder);
    ({ guards } = await generateSchemas(folder, schemas));
  });

  it.each(names)('ignores unknown fields and nothing else: %s', (name) => {
    const found = expectedOf(cases[name] as Case).map(([value]) => [
      value,
      guards[`isReceived${name}Message`]?.(frameOf(name, value)),
    ]);
    expect(found).toEqual(expectedOf(cases[name] as Case));
  });

  it.each(names)('does not loosen the guard for sent messages: %s', (name) => {
    const { allowed, extended, broken } = cases[name] as Case;
    const accepts = (value: unknown) => guards[`is${name}Message`]?.(frameOf(name, value));
    expect(allowed.map(accepts)).toEqual(allowed.map(() => true));
    expect([...extended, ...broken].map(accepts)).toEqual([...extended, ...broken].map(() => false));
  });

  it('ignores unknown headers of a message', () => {
    expect(guards.isReceivedFieldsMessage?.(frameOf('Fields', { a: 1 }, { added: true }))).toBe(true);
    expect(guards.isFieldsMessage?.(frameOf('Fields', { a: 1 }, { added: true }))).toBe(false);
  });
});

describe.skipIf(reason !== null)(`the Python guard for a received message ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage(document);
  });
  afterAll(() => generated?.remove());

  it('agrees with the TypeScript guard', () => {
    const checks = names.flatMap((name) =>
      expectedOf(cases[name] as Case).map(([value, isReceived]) => ({ name, value, isReceived })),
    );
    const { stdout, stderr } = spawnSync(
      pythonPath(),
      ['-W', 'error', join(import.meta.dirname, '../python/check_guards.py')],
      {
        input: JSON.stringify([
          'received_messages',
          checks.map(({ name, value }) => [`${name}Message received`, JSON.stringify(frameOf(name, value))]),
        ]),
        env: { PYTHONPATH: generated.packages, PYTHONDONTWRITEBYTECODE: '1' },
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    const errors: readonly (string | null)[] = JSON.parse(stdout);
    expect(checks.map((one, index) => ({ ...one, isReceived: errors[index] === null }))).toEqual(checks);
  });
});

describe('messages that only their schemas identify', () => {
  it('stay closed if they would be indistinguishable otherwise', async () => {
    const schemas = {
      One: { schema: closed({ a: integer }, 'a') },
      Two: { schema: closed({ b: integer }, 'b') },
    };
    expect(await receivedOf(schemas)).toEqual([null, null]);
  });

  it('are open if they differ in more than their fields', async () => {
    const [list, object] = [{ type: 'array', items: integer }, closed({ a: integer }, 'a')];
    const schemas = { List: { schema: list }, Object: { schema: object } };
    expect(await receivedOf(schemas)).toEqual([null, 'isReceivedObject']);
  });
});

/** The guards for received messages of the schemas; null for the contract's own guard. */
async function receivedOf(schemas: Parameters<typeof documentOf>[0]) {
  const file = join(folder, `${Object.keys(schemas).join('-')}.json`);
  writeFileSync(file, JSON.stringify(documentOf(schemas, false)));
  const { model } = await loadAsyncapi(file);
  return model.channels.flatMap(({ send }) => send.map(({ received }) => received?.guard ?? null));
}

/** A channel that sends a message for each schema, identified by a header or by nothing. */
function documentOf(all: Readonly<Record<string, Pick<Case, 'schema'>>>, hasHeaders = true): object {
  const messages = Object.keys(all).map((name) => [
    name,
    {
      summary: name,
      payload: reference(name),
      ...(hasHeaders ? { headers: closed({ is: { const: name } }, 'is') } : {}),
    },
  ]);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Received messages', version: '1.0.0' },
    servers: { main: { host: 'localhost:8080', protocol: 'ws' } },
    channels: { all: { address: '/all', messages: Object.fromEntries(messages) } },
    operations: { send: { action: 'send', channel: { $ref: '#/channels/all' } } },
    components: {
      schemas: Object.fromEntries(Object.entries(all).map(([name, { schema }]) => [name, schema])),
    },
  };
}
