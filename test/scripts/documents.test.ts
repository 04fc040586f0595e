import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LoadedAsyncapi, loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { valueAt } from '../../scripts/posted/contract/json-pointer.ts';
import { bundled, contractOf, documentIn, problemsOf, writeFiles } from './documents/load.ts';
import { tempFolder } from './generator.ts';

const folder = tempFolder();

/** Writes a contract, given as text or as a value. Returns its path. */
function write(name: string, content: unknown): string {
  writeFiles(folder, { [name]: content });
  return join(folder, name);
}

describe('a contract in several files', () => {
  let chat: LoadedAsyncapi;
  const at = (pointer: string): unknown => valueAt(chat.document.value, pointer);

  beforeAll(async () => {
    chat = await loadAsyncapi(documentIn('chat'));
  });

  it('becomes one document of version 3.0.0, without a warning', () => {
    expect([at('/asyncapi'), chat.warnings]).toEqual(['3.0.0', []]);
    const references = JSON.stringify(chat.document.value).match(/"\$ref":"[^"]*"/g) ?? [];
    expect(references.filter((reference) => !reference.startsWith('"$ref":"#/'))).toEqual([]);
  });

  it('lists all files that it consists of', () => {
    const files = ['contract.yaml', 'servers.json', 'messages.yaml', 'schemas/user.schema.json'];
    const paths = files.map((file) => resolve('test/scripts/documents/chat', file));
    expect(chat.files.toSorted()).toEqual(paths.toSorted());
  });

  it("turns each schema into one component, and keeps the author's names", () => {
    expect(Object.keys(at('/components/schemas') as object)).toEqual([
      'Person',
      'text',
      'id',
      'said',
      'text2',
      // Of `auth`, which every channel with a bearer scheme has.
      'AuthMessage',
      'AuthorizedMessage',
    ]);
    expect(at('/channels/room/messages/met/payload/properties')).toEqual({
      type: { const: 'met' },
      who: { $ref: '#/components/schemas/Person' },
      where: { $ref: '#/components/schemas/text' },
      when: { $ref: '#/components/schemas/text2' },
    });
    expect([at('/components/schemas/text'), at('/components/schemas/text2')]).toEqual([
      { type: 'string', maxLength: 20 },
      { type: 'string' },
    ]);
  });

  it('keeps recursion, and shares a schema between all references to it', () => {
    expect(at('/components/schemas/said/properties')).toEqual({
      type: { const: 'said' },
      text: { $ref: '#/components/schemas/text2' },
      reply: { $ref: '#/components/schemas/said' },
    });
    expect(at('/components/schemas/Person')).toEqual({
      type: 'object',
      additionalProperties: false,
      required: ['id', 'friends'],
      properties: {
        id: { $ref: '#/components/schemas/id' },
        friends: { type: 'array', items: { $ref: '#/components/schemas/Person' } },
      },
    });
  });

  it('moves other objects to their first reference, and keeps the names of security schemes', () => {
    expect(at('/channels/room/parameters/room')).toEqual({ description: 'Which room.' });
    expect(at('/operations/tell/messages/0')).toEqual({ $ref: '#/channels/room/messages/said' });
    expect(at('/servers/chat/security')).toEqual([{ $ref: '#/components/securitySchemes/token' }]);
  });
});

describe('a problem', () => {
  it.each(['references', 'version2-invalid', 'version2-lost', 'version2-unsupported'])(
    'is reported where the author wrote it (%s)',
    async (name) => {
      const expected = readFileSync(documentIn(name).replace('contract.yaml', 'problems.txt'), 'utf8');
      expect(await problemsOf(documentIn(name))).toEqual(expected.trimEnd().split('\n'));
    },
  );

  it('of a trait is reported in the trait, and of its object in the object', async () => {
    const message = { summary: 'Said.', examples: [{ payload: 1 }], traits: [{ $ref: 'trait.yaml' }] };
    const trait = 'contentType: application/json\nheaders:\n  type: object\n  maxPropertees: 1\n';
    const headers = { type: 'object', minPropertees: 1 };
    writeFiles(folder, {
      'trait.yaml': trait,
      'patched.json': contractOf({ ...message, headers, payload: { type: 'integer' } }),
    });
    const [own, inTrait, ...others] = await problemsOf(join(folder, 'patched.json'));
    expect(own).toMatch(/^patched\.json:1:\d+ {2}\/channels\/room\/messages\/said\/headers\/minPropertees /);
    expect(inTrait).toMatch(/^trait\.yaml:4:3 {2}\/headers\/maxPropertees {2}/);
    expect(others).toEqual([]);
  });

  it('of a YAML alias is reported at its anchor', async () => {
    const text = `asyncapi: 3.0.0
info: { title: Room, version: 1.0.0 }
channels:
  room:
    address: /room
    messages:
      said: { payload: &text { type: object, minPropertees: 1 } }
      heard: { payload: *text }
operations:
  tell: { action: send, channel: { $ref: "#/channels/room" } }
`;
    const problems = await problemsOf(write('alias.yaml', text));
    expect(problems.filter((problem) => problem.includes('minPropertees'))).toEqual([
      expect.stringMatching(/^alias\.yaml:7:46 {2}\/channels\/room\/messages\/said\/payload\/minPropertees /),
      expect.stringMatching(
        /^alias\.yaml:7:46 {2}\/channels\/room\/messages\/heard\/payload\/minPropertees /,
      ),
    ]);
  });

  it('can be a warning, which strict mode turns into a problem', async () => {
    const file = write('warned.json', contractOf({ payload: { type: 'string' } }));
    const { warnings } = await loadAsyncapi(file);
    expect(warnings).not.toEqual([]);
    const expected = warnings.map((warning) => warning.replaceAll(`${folder}/`, ''));
    expect(await problemsOf(file, { strict: true })).toEqual(expected);
  });
});

describe('a version', () => {
  it.each(['3.0.0', '3.1.0', '3.1.4'])('%s is read as 3.0.0', async (asyncapi) => {
    const at = await bundled(
      write(`${asyncapi}.json`, contractOf({ payload: { type: 'string' } }, { asyncapi })),
    );
    expect(at('/asyncapi')).toBe('3.0.0');
  });

  it.each([
    ["'1.2.0'", 'AsyncAPI version "1.2.0" is not supported'],
    ["'2.7.0'", 'AsyncAPI version "2.7.0" is not supported'],
    ["'3.2.0'", 'AsyncAPI version "3.2.0" is not supported'],
    ['3.0', 'AsyncAPI version 3 is not supported'],
  ])('%s is refused', async (version, what) => {
    const fix = "set `asyncapi` to '3.0.0', '3.1.0', or '2.0.0' to '2.6.0'";
    const file = write('version.yaml', `asyncapi: ${version}\n`);
    expect(await problemsOf(file)).toEqual([`version.yaml:1:1  /asyncapi  ${what}; ${fix}`]);
  });

  it.each(['openapi: 3.1.0', '- 1', '', 'text'])('is required: %j is refused', async (text) => {
    const [problem] = await problemsOf(write('none.yaml', text));
    expect(problem).toContain('this is not an AsyncAPI document');
  });
});

describe('a message', () => {
  const payload = { type: 'object', required: ['type'], properties: { type: { const: 'said' } } };

  it('has, in each channel, the name that the channel gives it', async () => {
    const shared = { $ref: '#/components/messages/shared' };
    const contract = contractOf(shared, {
      channels: {
        room: { address: '/room', messages: { said: shared } },
        hall: { address: '/hall', messages: { heard: shared } },
      },
      operations: {
        tell: { action: 'send', channel: { $ref: '#/channels/room' } },
        hear: { action: 'receive', channel: { $ref: '#/channels/hall' } },
      },
      components: { messages: { shared: { payload } } },
    });
    const { model } = await loadAsyncapi(write('shared.json', contract));
    const names = model.channels.map(({ operations }) => operations[0]?.messages[0]?.message.name);
    expect(names).toEqual(['said', 'heard']);
  });

  it('with two names in a channel has the one that its operation refers to', async () => {
    const shared = { $ref: '#/components/messages/shared' };
    const messages = [{ $ref: '#/channels/room/messages/heard' }];
    const contract = contractOf(shared, {
      channels: { room: { address: '/room', messages: { said: shared, heard: shared } } },
      operations: { tell: { action: 'send', channel: { $ref: '#/channels/room' }, messages } },
      components: { messages: { shared: { payload } } },
    });
    const { model } = await loadAsyncapi(write('named.json', contract));
    expect(model.channels[0]?.send.map(({ name }) => name)).toEqual(['heard']);
  });

  it.each([
    ['object', ['type']],
    [['object', 'null'], undefined],
  ])('alone in its direction, of type %j, is identified by %j', async (type, path) => {
    const { model } = await loadAsyncapi(write('alone.json', contractOf({ payload: { ...payload, type } })));
    expect(model.channels[0]?.send[0]?.tag?.path).toEqual(path);
  });
});

describe('data', () => {
  it.each(['$ref', 'hasOwnProperty', 'constructor', 'toString', 'valueOf', '%41', '#', '?'])(
    'can have a member named %s, and so can an object and a schema',
    async (name) => {
      const payload = { type: 'object', required: [name], properties: { [name]: { type: 'string' } } };
      const values = { enum: [{ [name]: 'one' }, { [name]: 'other' }] };
      const message = { payload, examples: [{ payload: { [name]: 'anything' } }] };
      const channels = { [name]: { address: '/room', messages: { said: message } } };
      const channel = { $ref: `#/channels/${encodeURIComponent(name)}` };
      const operations = { [name]: { action: 'send', channel } };
      const components = { schemas: { Values: values } };
      const at = await bundled(write('names.json', contractOf({}, { channels, operations, components })));
      expect(at(`/channels/${name}`)).toEqual(channels[name]);
    },
  );

  it('in an example is not followed like a reference', async () => {
    const examples = [{ payload: { $ref: 'missing.yaml' } }];
    const at = await bundled(write('example.json', contractOf({ payload: { type: 'object' }, examples })));
    expect(at('/channels/room/messages/said/examples')).toEqual(examples);
  });
});

describe('traits', () => {
  const first = {
    contentType: 'application/json',
    headers: { type: 'object', properties: { a: { type: 'string' } }, 'x-note': 1 },
  };
  const second = {
    contentType: 'text/plain',
    headers: { properties: { b: { type: 'integer' } }, 'x-note': null },
    tags: [{ name: 'second' }],
  };
  const own = { payload: { type: 'string' }, headers: { $ref: '#/components/schemas/Headers' } };
  const schemas = { Headers: { type: 'object', properties: { b: { type: 'number' } } } };

  it('are merged in order, and their object takes precedence', async () => {
    const message = {
      ...own,
      tags: [{ name: 'own' }],
      traits: [{ $ref: '#/components/messageTraits/first' }, second],
    };
    const components = { schemas, messageTraits: { first } };
    const { document } = await loadAsyncapi(
      write('traits.json', contractOf({ ...message, contentType: 'application/json' }, { components })),
    );
    expect(valueAt(document.value, '/channels/room/messages/said')).toEqual({
      payload: own.payload,
      contentType: 'application/json',
      tags: [{ name: 'own' }],
      headers: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } },
    });
    expect(valueAt(document.value, '/components')).toEqual({ schemas });
  });

  it('of operations are merged', async () => {
    const operations = {
      tell: {
        action: 'send',
        channel: { $ref: '#/channels/room' },
        summary: 'Own.',
        traits: [{ summary: 'From the trait.', description: 'From the trait.' }],
      },
    };
    const at = await bundled(
      write('operation.json', contractOf({ payload: { type: 'string' } }, { operations })),
    );
    const { traits, ...rest } = operations.tell;
    expect(at('/operations/tell')).toEqual({ ...rest, description: traits[0]?.description });
  });
});
