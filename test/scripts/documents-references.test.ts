import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { generateDocs } from '../../scripts/posted/docs/generate-docs.ts';
import { bundled, contractOf, problemsOf, writeFiles } from './documents/load.ts';
import { tempFolder } from './generator.ts';

const folder = tempFolder();

/** Writes a contract, given as text or as a value. Returns its path. */
function write(name: string, content: unknown): string {
  writeFiles(folder, { [name]: content });
  return join(folder, name);
}

describe('a reference within the contract', () => {
  it('can point to a schema anywhere, which becomes a shared component', async () => {
    const payload = {
      type: 'object',
      properties: { id: { type: 'string' }, parts: { type: 'array', items: { type: 'integer' } } },
    };
    const schemas = {
      Id: { $ref: '#/channels/room/messages/said/payload/properties/id' },
      Part: { allOf: [{ $ref: '#/channels/room/messages/said/payload/properties/parts/items' }] },
      Said: { anyOf: [{ $ref: '#/channels/room/messages/said/payload' }] },
      Lent: {
        definitions: { word: { type: 'string' } },
        items: { $ref: '#/components/schemas/Lent/definitions/word' },
      },
    };
    const at = await bundled(write('locations.json', contractOf({ payload }, { components: { schemas } })));
    expect(at('/channels/room/messages/said/payload')).toEqual({ $ref: '#/components/schemas/said-payload' });
    expect(at('/components/schemas')).toEqual({
      Id: { type: 'string' },
      Part: { allOf: [{ $ref: '#/components/schemas/parts-items' }] },
      Said: { anyOf: [{ $ref: '#/components/schemas/said-payload' }] },
      Lent: { items: { $ref: '#/components/schemas/word' } },
      'parts-items': { type: 'integer' },
      'said-payload': {
        type: 'object',
        properties: {
          id: { $ref: '#/components/schemas/Id' },
          parts: { type: 'array', items: { $ref: '#/components/schemas/parts-items' } },
        },
      },
      word: { type: 'string' },
    });
  });

  it('can pass through another reference', async () => {
    const contract = contractOf(
      { $ref: '#/components/messages/said' },
      {
        operations: {
          tell: {
            action: 'send',
            channel: { $ref: '#/channels/room' },
            messages: [{ $ref: '#/channels/room/messages/said' }],
          },
        },
        components: {
          messages: { said: { payload: { $ref: '#/components/schemas/Said' } } },
          schemas: {
            Said: { type: 'object', properties: { id: { type: 'string' } } },
            Id: { allOf: [{ $ref: '#/channels/room/messages/said/payload/properties/id' }] },
          },
        },
      },
    );
    const at = await bundled(write('through.json', contract));
    expect(at('/components/schemas/Said/properties/id')).toEqual({ $ref: '#/components/schemas/id' });
    expect(at('/components/schemas/Id')).toEqual({ allOf: [{ $ref: '#/components/schemas/id' }] });
  });

  it('can point into an extension', async () => {
    const shared = {
      'x-shared': { message: { payload: { $ref: '#/x-shared/word' } }, word: { type: 'string' } },
    };
    const at = await bundled(write('extension.json', contractOf({ $ref: '#/x-shared/message' }, shared)));
    expect(at('/channels/room/messages/said')).toEqual({ payload: { $ref: '#/components/schemas/word' } });
    expect(at('/components/schemas')).toEqual({ word: { type: 'string' } });
  });
});

/** A reference to one of the schemas of `partsOf`. */
function part(index: number): object {
  return { $ref: `#/components/schemas/Part${index}` };
}

function partsOf(count: number, partAt: (index: number) => object): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Part${index}`, partAt(index)]));
}

describe('schemas that refer to each other', () => {
  it('along exponentially many paths are read and documented', async () => {
    const schemas = partsOf(60, (index) => ({
      type: 'object',
      properties: {
        next: part((index + 1) % 60),
        others: { type: 'array', items: part((index + 7) % 60) },
      },
    }));
    const file = write('ring.json', contractOf({ payload: part(0) }, { components: { schemas } }));
    const loaded = await loadAsyncapi(file);
    expect(loaded.schemas.definitions.size).toBe(60);
    const docs = join(folder, 'ring');
    await generateDocs({ asyncapi: loaded.document, openapi: null, title: 'Ring' }, docs);
    const page = readFileSync(join(docs, 'index.html'), 'utf8');
    expect(page.match(/id="schema-Part\d+"/g)).toHaveLength(60);
  });

  it('through exponentially many alternatives are read', async () => {
    const schemas = partsOf(60, (index) =>
      index < 58 ? { anyOf: [part(index + 1), part(index + 2)] } : { type: 'object' },
    );
    const file = write('alternatives.json', contractOf({ payload: part(0) }, { components: { schemas } }));
    expect((await loadAsyncapi(file)).model.channels).toHaveLength(1);
  });

  it('are each checked at their own position', async () => {
    const schemas = {
      Tree: { type: 'object', properties: { child: { $ref: '#/components/schemas/Leaf' } } },
      Leaf: { type: 'leaf', properties: { tree: { $ref: '#/components/schemas/Tree' } } },
    };
    const payload = { $ref: '#/components/schemas/Tree' };
    const file = write('tree.json', contractOf({ payload }, { components: { schemas } }));
    const [problem] = await problemsOf(file);
    expect(problem).toMatch(/^tree\.json:1:\d+ {2}\/components\/schemas\/Leaf\/type {2}/);
  });
});
