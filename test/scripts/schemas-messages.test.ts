import { beforeAll, describe, expect, it } from 'vitest';
import type { ContractNode } from '../../scripts/posted/contract/contract-node.ts';
import type { SchemaUse } from '../../scripts/posted/schemas/schema-set.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { prepareProject, tempFolder, typeCheck } from './generator.ts';
import { generateSchemas, judge, readSchemas } from './schemas.ts';

const light = { $ref: '#/components/schemas/Light' };
const contract = {
  schemas: {
    Light: { type: 'object', required: ['on'], properties: { on: { type: 'boolean' } } },
    Word: { enum: ['a'] },
  },
  messages: {
    named: { payload: light },
    inline: {
      payload: { type: 'object', properties: { a: { type: 'object', properties: { b: { type: 'null' } } } } },
    },
    none: {},
    headers: {
      payload: light,
      headers: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
    },
    headersOnly: { headers: light },
    word: { payload: { $ref: '#/components/schemas/Word' } },
  },
};

const project = tempFolder();
let models = '';
let guards: Readonly<Record<string, Guard<unknown>>> = {};
const uses: Record<string, SchemaUse> = {};

beforeAll(async () => {
  prepareProject(project);
  const { root, set } = await readSchemas(project, contract);
  for (const [name, message] of root.get('components', 'messages')?.entries ?? []) {
    uses[name] = set.useMessage(partsOf(message), `${name} message`, `message ${name}`);
  }
  uses.text = set.useText(undefined, 'text payload', 'message text');
  ({ models, guards } = await generateSchemas(project, set));
});

function partsOf(message: ContractNode) {
  return { payload: message.get('payload'), headers: message.get('headers') };
}

function check(name: string, value: unknown): boolean | undefined {
  return guards[uses[name]?.guard ?? '']?.(value);
}

describe('the content of a frame', () => {
  it.each([
    ['named', 'models.Light'],
    ['inline', 'models.InlineMessage'],
    ['none', 'models.NoneMessage'],
    ['headers', 'models.HeadersMessage'],
    ['text', 'models.TextPayload'],
  ])('of message %s has the type %s', (name, type) => {
    expect(uses[name]?.type).toBe(type);
  });

  it('is the payload, or any JSON without a payload schema', () => {
    expect([check('named', { on: true }), check('named', {})]).toEqual([true, false]);
    expect([check('inline', { a: { b: null } }), check('inline', { a: { b: 1 } })]).toEqual([true, false]);
    expect([check('none', null), check('none', [1])]).toEqual([true, true]);
    expect([check('text', ''), check('text', 1)]).toEqual([true, false]);
  });

  it('is an object of headers and payload if the message has headers', () => {
    const [headers, payload] = [{ id: 'a' }, { on: true }];
    expect(check('headers', { headers, payload })).toBe(true);
    for (const other of [{ payload }, { headers }, { headers: {}, payload }, { headers, payload, more: 1 }]) {
      expect(check('headers', other)).toBe(false);
    }
    expect([check('headersOnly', { headers: payload }), check('headersOnly', {})]).toEqual([true, false]);
    expect(models).toContain(
      'export interface HeadersMessage {\n  headers: HeadersMessageHeaders;\n  payload: Light;\n}\n',
    );
  });

  it('type-checks strictly', async () => {
    expect(await typeCheck(project)).toBe('');
  });
});

describe('a problem', () => {
  it('in headers or a payload is reported at its position', async () => {
    const wrong = { payload: { minLenght: 1 }, headers: { required: 1 } };
    const { document, root, set } = await readSchemas(project, { schemas: {}, messages: { wrong } });
    const message = root.get('components', 'messages', 'wrong');
    const { locate } = set.definitions.get(
      set.useMessage({ payload: message?.get('payload'), headers: message?.get('headers') }, 'wrong', 'x')
        .definition,
    ) ?? { locate: () => '' };
    expect(locate(['properties', 'payload', 'minLenght'])).toBe(
      '/components/messages/wrong/payload/minLenght',
    );
    expect(locate(['properties', 'headers', 'required'])).toBe('/components/messages/wrong/headers/required');
    expect(() => document.throwProblems()).not.toThrow();
  });

  it.each(['named', 'inline', 'headers'])(
    'is reported if the payload of %s is not plain text',
    async (name) => {
      const { document, root, set } = await readSchemas(project, contract);
      set.useText(root.get('components', 'messages', name, 'payload'), 'text', 'x');
      expect(() => document.throwProblems()).toThrow(
        'the schema of a plain text message allows more than strings; use `type: string`',
      );
    },
  );

  it('is not reported if a plain text payload has an enum', async () => {
    const { document, root, set } = await readSchemas(project, contract);
    set.useText(root.get('components', 'messages', 'word', 'payload'), 'text', 'x');
    expect(() => document.throwProblems()).not.toThrow();
    expect(await judge(project, contract)).toEqual({ problems: [], warnings: [] });
  });
});
