import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const table = readFileSync(join(import.meta.dirname, '../docs/asyncapi.md'), 'utf8');
const require = createRequire(import.meta.url);

/** The objects of the specification of which a WebSocket contract is made. */
const objects = [
  'asyncapi',
  'server',
  'serverVariable',
  'channel',
  'parameter',
  'operation',
  'operationReply',
  'messageObject',
];

/** Members whose row is about what they hold. */
const holders = new Set(['servers', 'channels', 'operations']);

describe('the table of what becomes of AsyncAPI', () => {
  it.each(objects)('has a row for every field of %s', (object) => {
    const { properties } = require(`@asyncapi/specs/definitions/3.0.0/${object}.json`);
    const fields = Object.keys(properties).filter((field) => !holders.has(field));
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !table.includes(`\`${field}\``))).toEqual([]);
  });

  it('names tests and documents that exist', () => {
    const named = [...table.matchAll(/corpus\/([\w.-]+\.(?:yaml|json))|(test\/[\w/.-]+\.test\.ts)/g)];
    expect(named.length).toBeGreaterThan(20);
    for (const [, document, test] of named) {
      const path = document === undefined ? (test ?? '') : `test/corpus/documents/${document}`;
      expect(() => readFileSync(join(import.meta.dirname, '..', path)), path).not.toThrow();
    }
  });
});
