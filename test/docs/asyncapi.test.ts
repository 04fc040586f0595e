import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { writeFiles } from '../scripts/documents/load.ts';
import { tempFolder } from '../scripts/generator.ts';
import { findExample, readPage, root } from './examples.ts';

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

const folder = tempFolder();
const schemaPath = 'scripts/posted/asyncapi/delivery/x-delivery.schema.json';

const message = (type: string): object => ({
  payload: { type: 'object', required: ['type'], properties: { type: { const: type } } },
});

/** The document in which the example of a durable channel is. */
const aroundExample = {
  asyncapi: '3.0.0',
  info: { title: 'Orders', version: '1.0.0' },
  servers: { shop: { host: 'localhost', protocol: 'ws', security: [{ type: 'http', scheme: 'bearer' }] } },
  operations: { announce: { action: 'send', channel: { $ref: '#/channels/orders' } } },
  components: {
    messages: { orderPlaced: message('orderPlaced'), orderCancelled: message('orderCancelled') },
  },
};

describe('docs/asyncapi.md', () => {
  it.each(objects)("has a row for every field of AsyncAPI's %s", (object) => {
    const { properties } = require(`@asyncapi/specs/definitions/3.0.0/${object}.json`);
    const fields = Object.keys(properties).filter((field) => !containers.has(field));
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !table.includes(`\`${field}\``))).toEqual([]);
  });

  it('has an example of a durable channel in ten lines, which generates all messages', async () => {
    const example = findExample('docs/asyncapi.md', 'yaml', 'x-delivery');
    expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
    writeFiles(folder, { 'orders.yaml': `${example}${stringify(aroundExample)}` });
    const { model } = await loadAsyncapi(join(folder, 'orders.yaml'));
    expect(
      model.channels.map(({ send, receive }) => [send, receive].map((all) => all.map(({ name }) => name))),
    ).toEqual([[['orderPlaced', 'orderCancelled', 'ready', 'checkpoint', 'reset', 'alive', 'bye'], ['ack']]]);
  });

  it('has a row for every field of x-delivery', () => {
    const [, section = ''] = table.split('## Durable channels');
    const { properties } = JSON.parse(readFileSync(join(root, schemaPath), 'utf8'));
    expect(section).toContain(schemaPath);
    expect(Object.keys(properties).filter((field) => !section.includes(`| \`${field}\` |`))).toEqual([]);
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
