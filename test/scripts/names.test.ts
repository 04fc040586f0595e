import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generate, prepareProject, type Run, readFolder, tempFolder, typeCheck } from './generator.ts';

/** What would run if it came to stand in a template literal. */
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

/** A description that would end a comment or a string, if it were not escaped. */
const text = `Ends */ a comment.\n\u2028${substitution} "quotes" 'single' \\ </script>`;

function reference(...keys: readonly string[]): { readonly $ref: string } {
  const escaped = keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')));
  return { $ref: `#/${escaped.join('/')}` };
}

/** No default can be filled in for what every object has: it is refused. */
function defaultOf(name: string, index: number): { readonly default?: number } {
  return name in {} ? {} : { default: index };
}

/** A contract whose every name and text is an attempt on the generated code. */
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
let run: Run;
let files: Readonly<Record<string, string>>;

beforeAll(async () => {
  prepareProject(project);
  const file = join(project, 'names.json');
  writeFileSync(file, JSON.stringify(contract));
  run = await generate(file, '--out', join(project, 'generated'));
  files = readFolder(join(project, 'generated/asyncapi'));
});

describe('a contract with names that are no identifiers', () => {
  it('generates code that type-checks strictly', async () => {
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(await typeCheck(project)).toBe('');
  });

  it('keeps its names on the wire, and gives each an identifier of its own', async () => {
    const { contract: generated } = await import(join(project, 'generated/asyncapi/channels.ts'));
    expect(Object.keys(generated.channels)).toEqual(names);
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
      '_',
      '$ProcessExit1',
      'alert1',
      'line',
      'sS',
      '_2',
    ]);
  });

  it('keeps the names of schemas apart', () => {
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

  it('has guards that find what the names mean', async () => {
    const { is_1stSchemaX, isMyRoomQuery2 } = await import(join(project, 'generated/asyncapi/validators.ts'));
    const query = { myRoom: '7' };
    expect([isMyRoomQuery2(query), query]).toEqual([true, { myRoom: 7 }]);
    expect(is_1stSchemaX({ class: 1, constructor: { valueOf: { x: '`"\'' } } })).toBe(true);
    expect(is_1stSchemaX({ class: 1, constructor: { valueOf: { x: 'x' } } })).toBe(false);
  });
});
