import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { compilerOf } from '../../scripts/posted/schemas/compiler.ts';
import { schemaFormatOf } from '../../scripts/posted/schemas/schema-formats.ts';
import { tempFolder } from './generator.ts';

const folder = tempFolder();
const corpus = join(import.meta.dirname, '../corpus/documents/schema-formats.yaml');

const reading = (value: number, unit: unknown = null) => ({ kind: 'reading', value, unit });
const alarm = (level: unknown, about?: object) => ({ kind: 'alarm', level, ...(about && { about }) });
const visit = (...pair: readonly unknown[]) => ({ kind: 'visit', pair });

describe('a schema in another format', () => {
  it.each([
    ['application/schema+json;version=draft/2020-12', 'JSON Schema 2020-12'],
    ['application/schema+yaml; version=2019-09', 'JSON Schema 2019-09'],
    ['application/vnd.oai.openapi;version=3.0.0', 'OpenAPI 3.0'],
    ['application/vnd.oai.openapi+json;version=3.1.1', 'OpenAPI 3.1'],
    ['application/schema+json;version=draft-07', null],
    ['application/vnd.apache.avro;version=1.9.0', null],
  ])('has its format from %s', (mediaType, format) => {
    expect(schemaFormatOf(mediaType)).toBe(format);
  });

  it('means what it means there', async () => {
    const { schemas, warnings } = await loadAsyncapi(corpus);
    const { compile } = compilerOf(schemas, 'json');
    const accepts = (name: string, value: unknown) => compile(name)(value);
    const definitions = [...schemas.definitions.keys()];
    const track = definitions.find((name) => /^track/i.test(name)) ?? '';
    expect(warnings).toEqual([]);
    expect([
      accepts(track, { kind: 'track', start: '2026-12-01T00:00:00Z' }),
      accepts(track, { kind: 'track', other: 1 }),
      accepts(track, { kind: 'track', end: '2026-12-01T00:00:00Z' }),
      accepts(track, { kind: 'track', points: [[1, 2, 'a']] }),
      accepts(track, {
        kind: 'track',
        points: [
          [1, 2],
          [3, 4],
        ],
      }),
      accepts(track, {
        kind: 'track',
        points: [
          [1, 2],
          [3, -4],
        ],
      }),
    ]).toEqual([true, false, false, false, true, false]);
    expect(
      [reading(0), reading(1), reading(0.5, 'm'), reading(0.5, 1)].map((each) => accepts('Reading', each)),
    ).toEqual([false, true, true, false]);
    expect(
      [alarm(null), alarm(0), alarm(5), alarm(5, reading(0.5))].map((each) => accepts('AlarmPayload', each)),
    ).toEqual([true, false, true, false]);
    expect([visit('a', 1), visit('a', 1, 2)].map((each) => accepts('VisitPayload', each))).toEqual([
      true,
      false,
    ]);
  });

  it('has its problems at its own lines, and keywords that draft-07 does not have are refused elsewhere', async () => {
    const file = join(folder, 'contract.json');
    const messages = {
      a: {
        payload: {
          schemaFormat: 'application/schema+json;version=2020-12',
          schema: { type: 'array', prefixItems: [{ typo: 1 }] },
        },
      },
      b: { payload: { type: 'object', unevaluatedProperties: false } },
    };
    const document = {
      asyncapi: '3.0.0',
      info: { title: 'Formats', version: '1' },
      servers: { main: { host: 'localhost', protocol: 'ws' } },
      channels: { all: { address: '/', messages } },
      operations: { tell: { action: 'send', channel: { $ref: '#/channels/all' } } },
    };
    writeFileSync(file, JSON.stringify(document, null, 2));
    const { message } = (await loadAsyncapi(file).catch((thrown: Error) => thrown)) as Error;
    expect(message).toContain(
      '/messages/a/payload/schema/prefixItems/0/typo  `typo` is not a JSON Schema keyword',
    );
    expect(message).toContain(
      '/b/payload/unevaluatedProperties  `unevaluatedProperties` is not a JSON Schema keyword',
    );
  });
});
