import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { generate, prepareProject, type Run, readFolder, tempFolder, typeCheck } from './generator.ts';

/** Would run if it ended up in a template literal. */
const substitution = ['`$', '{process.exit(1)}`'].join('');

const names = [
  'delete',
  'my room!',
  'myRoom',
  'my-room',
  '2fa',
  'Über-Kanal',
  "it's",
  'constructor',
  'toString',
  'contract',
  'channels',
  'validators',
  'models',
  'a/b~c',
  '💥',
  substitution,
  '*/ alert(1) /*',
  '\u2028line',
  'ß',
  ' ',
];

/** Would end a comment or a string if unescaped. */
const text = `Ends */ a comment.\n\u2028${substitution} "quotes" 'single' \\ </script>`;

function reference(...keys: readonly string[]): { readonly $ref: string } {
  const escaped = keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')));
  return { $ref: `#/${escaped.join('/')}` };
}

/** Properties that every object inherits cannot have a default. */
function defaultOf(name: string, index: number): { readonly default?: number } {
  return name in {} ? {} : { default: index };
}

/** A contract whose names and texts try to break the generated code. */
const contract = {
  asyncapi: '3.0.0',
  info: { title: 'Names\n*/ title', version: '1\u2028.0' },
  channels: Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        address: `/${index}/{p-${index}}`,
        description: text,
        parameters: { [`p-${index}`]: { description: text, enum: ['"', "'", '*/'] } },
        messages: { [name]: reference('components', 'messages', 'message') },
        bindings: {
          ws: {
            query: { type: 'object', properties: { [name]: { type: 'integer', ...defaultOf(name, index) } } },
          },
        },
      },
    ]),
  ),
  operations: Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        action: index % 2 === 0 ? 'send' : 'receive',
        description: text,
        channel: reference('channels', name),
        messages: [reference('channels', name, 'messages', name)],
      },
    ]),
  ),
  components: {
    messages: {
      message: {
        summary: text,
        payload: reference('components', 'schemas', '1st.Schema-x'),
        examples: [{ payload: { class: 1, "it's": '*/' } }],
      },
    },
    schemas: {
      '1st.Schema-x': {
        type: 'object',
        description: text,
        required: ['class'],
        properties: {
          class: { type: 'integer' },
          'a b': { type: 'string' },
          "it's": { type: 'string', enum: ['"', "'", '*/', '\n', substitution] },
          constructor: { type: 'object', properties: { valueOf: reference('components', 'schemas', 'A_b') } },
        },
      },
      A_b: { type: 'object', properties: { x: { type: 'string', const: '`"\'' } } },
      AB: { type: 'string' },
      'a-b': { type: 'array', items: { type: 'object', properties: { y: { type: 'null' } } } },
      Pick: { type: 'boolean' },
      string: { type: 'string' },
    },
  },
};

const project = tempFolder();
const folder = tempFolder();
let run: Run;
let files: Readonly<Record<string, string>>;

beforeAll(async () => {
  prepareProject(project);
  const file = join(project, 'names.json');
  writeFileSync(file, JSON.stringify(contract));
  run = await generate(file, '--out', join(project, 'generated'));
  files = readFolder(join(project, 'generated/asyncapi'));
});

describe('a contract with names that are not identifiers', () => {
  it('generates code that type-checks strictly', async () => {
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(await typeCheck(project)).toBe('');
  });

  it('keeps its names at run time, and gives each channel a unique identifier', async () => {
    const { contract: generated } = await import(join(project, 'generated/asyncapi/channels.ts'));
    const unnamed = new Map([
      ['💥', 'namesTitle'],
      [' ', 'namesTitle2'],
    ]);
    expect(Object.keys(generated.channels)).toEqual(names.map((name) => unnamed.get(name) ?? name));
    const exported = [...(files['channels.ts'] ?? '').matchAll(/^export const (\S+) = \{$/gm)].map(
      ([, name]) => name,
    );
    expect(exported).toEqual([
      'delete_',
      'myRoom',
      'myRoom2',
      'myRoom3',
      '_2fa',
      'überKanal',
      'itS',
      'constructor',
      'toString',
      'contract2',
      'channels2',
      'validators2',
      'models2',
      'aBC',
      'namesTitle',
      '$ProcessExit1',
      'alert1',
      'line',
      'sS',
      'namesTitle2',
    ]);
  });

  it('gives each schema a unique type name', () => {
    const types = [...(files['models.ts'] ?? '').matchAll(/^export (?:type|interface) (\S+)/gm)].map(
      ([, name]) => name,
    );
    expect(types.slice(0, 8)).toEqual([
      '_1stSchemaX',
      '_1stSchemaXItS',
      '_1stSchemaXConstructor',
      'AB',
      'AB2',
      'AB3',
      'AB3Item',
      'Pick2',
    ]);
  });

  it('has guards that use the original names', async () => {
    const { is_1stSchemaX, isMyRoomQuery2 } = await import(join(project, 'generated/asyncapi/validators.ts'));
    const query = { myRoom: '7' };
    expect([isMyRoomQuery2(query), query]).toEqual([true, { myRoom: 7 }]);
    expect(is_1stSchemaX({ class: 1, constructor: { valueOf: { x: '`"\'' } } })).toBe(true);
    expect(is_1stSchemaX({ class: 1, constructor: { valueOf: { x: 'x' } } })).toBe(false);
  });
});

describe('a contract with names that the runtime uses', () => {
  const reserved = tempFolder();

  it('gets other members for them, and the generated comments say so', async () => {
    prepareProject(reserved);
    const out = join(reserved, 'generated');
    const document = 'test/corpus/documents/reserved-names.yaml';
    expect(await generate(document, '--out', out)).toMatchObject({ code: 0, stderr: '' });
    const { 'handlers.ts': handlers = '' } = readFolder(join(out, 'asyncapi'));
    expect(handlers.match(/Named .*/g)).toEqual([
      'Named acceptOperation2, because handlers have a member accept.',
      'Named closedOperation, because handlers have a member closed.',
      'Named addressMessage, because a room has a member address.',
      'Named connectionsMessage, because a room has a member connections.',
    ]);
    expect(handlers).toMatch(/^ {2}acceptOperation2\($/m);
    expect(handlers).toMatch(/^ {2}readonly closedOperation: \{$/m);
    expect(handlers).toMatch(/^ {2}addressMessage\(content: /m);
  });
});

/** Loads a document with one used channel: name, identifier, type name and address of the channel. */
async function channelOf(document: object): Promise<readonly string[]> {
  const file = join(folder, 'root.json');
  writeFileSync(file, JSON.stringify(document));
  const { model } = await loadAsyncapi(file);
  return model.channels.flatMap(({ name, identifier, typeName, address }) => [
    name,
    identifier,
    typeName,
    address,
  ]);
}

describe('a channel with the address `/`', () => {
  const root = tempFolder();
  const tick = { payload: { title: 'Tick', type: 'integer' }, examples: [{ payload: 1 }] };

  function version2(title: string): object {
    return {
      asyncapi: '2.6.0',
      info: { title, version: '1.0.0' },
      channels: { '/': { subscribe: { operationId: 'sendTick', message: { name: 'tick', ...tick } } } },
    };
  }

  function version3(title: string, name = '/', others: object = {}): object {
    const channel = { $ref: `#/channels/${name.replaceAll('/', '~1')}` };
    return {
      asyncapi: '3.0.0',
      info: { title, version: '1.0.0' },
      channels: { [name]: { address: '/', messages: { tick } }, ...others },
      operations: { sendTick: { action: 'send', channel } },
    };
  }

  it.each([
    { version: '2.6', document: version2('Market data'), names: ['marketData', 'marketData', 'MarketData'] },
    { version: '3.0', document: version3('Market data'), names: ['marketData', 'marketData', 'MarketData'] },
    { version: '3.0', document: version3('Models'), names: ['models', 'models2', 'Models'] },
  ])(
    'is named after the title $document.info.title in AsyncAPI $version',
    async ({ document, names: expected }) => {
      expect(await channelOf(document)).toEqual([...expected, '/']);
    },
  );

  it('keeps the name that the contract gives it', async () => {
    expect(await channelOf(version3('Market data', 'root'))).toEqual(['root', 'root', 'Root', '/']);
  });

  it('gets a different name if another channel is named like the title', async () => {
    const others = { marketData: { address: '/more', messages: {} } };
    const [name] = await channelOf(version3('Market data', '/', others));
    expect(name).toBe('marketData2');
  });

  it('is named `channel` if the title has no letters either', async () => {
    expect(await channelOf(version2('💥'))).toEqual(['channel', 'channel', 'Channel', '/']);
  });

  it('generates code that type-checks strictly, with handlers under its name', async () => {
    prepareProject(root);
    writeFileSync(join(root, 'root.json'), JSON.stringify(version2('Market data')));
    expect(await generate(join(root, 'root.json'), '--out', join(root, 'generated'))).toMatchObject({
      code: 0,
    });
    const { 'handlers.ts': handlers } = readFolder(join(root, 'generated/asyncapi'));
    expect(handlers).toContain('  readonly marketData: MarketDataHandlers<MarketDataState>;');
    expect(await typeCheck(root)).toBe('');
  });
});
