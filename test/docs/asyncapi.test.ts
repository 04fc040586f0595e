import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage, root } from './examples.ts';

const table = readPage('docs/asyncapi.md');
const require = createRequire(import.meta.url);

/** The objects of the specification that a WebSocket contract consists of. */
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

/** Fields whose rows are those of the objects in them. */
const containers = new Set(['servers', 'channels', 'operations']);

describe('docs/asyncapi.md', () => {
  it.each(objects)("has a row for every field of AsyncAPI's %s", (object) => {
    const { properties } = require(`@asyncapi/specs/definitions/3.0.0/${object}.json`);
    const fields = Object.keys(properties).filter((field) => !containers.has(field));
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !table.includes(`\`${field}\``))).toEqual([]);
  });

  it('names tests and documents that exist', () => {
    const references = [...table.matchAll(/corpus\/([\w.-]+\.(?:yaml|json))|(test\/[\w/.-]+\.test\.ts)/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, document, test] of references) {
      const path = document === undefined ? (test ?? '') : `test/corpus/documents/${document}`;
      expect(() => readFileSync(join(root, path)), path).not.toThrow();
    }
  });
});
