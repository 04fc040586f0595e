import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../scripts/posted/contract/check-fields.ts';
import * as fields from '../../scripts/posted/openapi/openapi-fields.ts';
import { isSchemaObject } from '../../scripts/posted/schemas/json-schema.ts';
import { readPage, root } from './examples.ts';

const table = readPage('docs/openapi.md');

/** The objects of the specification whose fields people cannot miss. */
const objects = [
  'components',
  'server',
  'server-variable',
  'path-item',
  'operation',
  'parameter',
  'request-body',
  'media-type',
  'encoding',
  'response',
  'link',
  'header',
  'oauth-flows',
  'security-scheme',
];

/** Fields of a link, which is documentation as a whole, or of the row of an enclosing object. */
const ofLinks = new Set(['operationRef', 'server']);

const folder = dirname(
  createRequire(import.meta.url).resolve('@seriousme/openapi-schema-validator/package.json'),
);
const specification: unknown = JSON.parse(readFileSync(join(folder, 'schemas/v3.2/schema.json'), 'utf8'));

function fieldsOf(object: string): readonly string[] {
  const { $defs, properties } = Object(specification);
  return Object.keys(object === 'document' ? properties : $defs[object].properties);
}

describe('docs/openapi.md', () => {
  it.each(['document', ...objects])("has a row for every field of OpenAPI's %s", (object) => {
    const all = fieldsOf(object).filter((field) => !ofLinks.has(field));
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter((field) => !table.includes(`\`${field}\``))).toEqual([]);
  });

  it('has a row for every field that the generator knows', () => {
    const known = Object.values(fields).flatMap((one) =>
      isSchemaObject(one)
        ? [...(one as unknown as Fields).read, ...(one as unknown as Fields).documentation]
        : [],
    );
    expect(known.length).toBeGreaterThan(60);
    expect([...new Set(known)].filter((field) => !table.includes(`\`${field}\``))).toEqual([]);
  });

  it('names tests and documents that exist', () => {
    const references = [...table.matchAll(/documents\/([\w.-]+\.yaml)|(test\/[\w/.-]+\.test\.ts)/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, document, test] of references) {
      const path = document === undefined ? (test ?? '') : `test/openapi/documents/${document}`;
      expect(() => readFileSync(join(root, path)), path).not.toThrow();
    }
  });
});
