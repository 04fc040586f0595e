import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { posted, tempFolder } from '../generator.ts';

const folder = tempFolder();

function contract(maxLength: number, more: object = {}): string {
  return JSON.stringify(
    {
      asyncapi: '3.0.0',
      info: { title: 'Chat', version: '1.0.0' },
      channels: {
        chat: {
          address: '/chat',
          messages: {
            said: {
              payload: {
                type: 'object',
                properties: { text: { type: 'string', maxLength } },
                required: ['text'],
              },
            },
          },
        },
        ...more,
      },
      operations: { tell: { action: 'send', channel: { $ref: '#/channels/chat' } } },
    },
    null,
    2,
  );
}

/** A folder with an old and a new version, in which clients refuse longer texts. */
function versions(): { readonly here: string; readonly files: readonly [old: string, current: string] } {
  const here = mkdtempSync(join(folder, 'command-'));
  const files = [join(here, 'old.json'), join(here, 'new.json')] as const;
  writeFileSync(files[0], contract(3));
  writeFileSync(files[1], contract(4));
  return { here, files };
}

describe('posted breaking', () => {
  it('names the change with its line, its rule and an example, and exits with 1', async () => {
    const { files } = versions();
    const { code, stdout, stderr } = await posted('breaking', ...files);
    expect(
      stdout,
    ).toBe(`${files[1]}:12:11  breaking  sent-payload-refused  /chat message said /text: \`/text\` must NOT have more than 3 characters. Deployed clients refuse a message that the server may send.
    for example, deployed clients refuse {"text":"aaaa"}
1 breaking, 0 risky, 0 safe
`);
    expect([code, stderr]).toEqual([1, '']);
  });

  it('lists changes of a shared schema together', async () => {
    const here = mkdtempSync(join(folder, 'command-'));
    const [old, current] = [3, 4].map((maxLength) => {
      const file = join(here, `${maxLength}.json`);
      const { components, ...document } = JSON.parse(contract(maxLength));
      const names = ['a', 'b', 'c', 'd', 'e'];
      const payload = { type: 'object', properties: { text: { $ref: '#/components/schemas/Text' } } };
      document.channels.chat.messages = Object.fromEntries(
        names.map((name) => [
          name,
          {
            payload: {
              ...payload,
              properties: { ...payload.properties, t: { const: name } },
              required: ['t'],
            },
          },
        ]),
      );
      document.components = { ...components, schemas: { Text: { type: 'string', maxLength } } };
      writeFileSync(file, JSON.stringify(document));
      return file;
    });
    const { stdout } = await posted('breaking', old ?? '', current ?? '');
    expect(stdout).toContain(
      '  /chat message a /text, /chat message b /text, /chat message c /text and 2 more: `/text` must NOT',
    );
    expect(stdout.split('\n')).toHaveLength(4);
  });

  it('exits with 0 if nothing is breaking', async () => {
    const [old, current] = versions().files;
    expect(await posted('breaking', current, old)).toMatchObject({ code: 0, stderr: '' });
  });

  it('exits with 1 for risky changes if --fail-on asks for it', async () => {
    const { here, files } = versions();
    const without = join(here, 'without.json');
    writeFileSync(without, contract(3).replace('"type": "object",', ''));
    writeFileSync(files[0], contract(3).replace('"maxLength": 3', '"pattern": "^[0-9]$"'));
    writeFileSync(files[1], contract(3).replace('"maxLength": 3', '"pattern": "^\\\\d$"'));
    expect(await posted('breaking', ...files)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 risky'),
    });
    expect(await posted('breaking', ...files, '--fail-on', 'risky')).toMatchObject({ code: 1 });
  });

  it('writes JSON for programs, with the whole example', async () => {
    const { code, stdout } = await posted('breaking', ...versions().files, '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      breaking: 1,
      risky: 0,
      safe: 0,
      changes: [
        {
          verdict: 'breaking',
          rule: 'sent-payload-refused',
          subject: '/chat message said /text',
          line: 12,
          column: 11,
          allowedBecause: null,
          example: { value: { text: 'aaaa' }, refusedBy: 'deployed clients' },
        },
      ],
    });
    expect(code).toBe(1);
  });

  it('writes annotations for GitHub', async () => {
    const { files } = versions();
    const { stdout } = await posted('breaking', ...files, '--format', 'github');
    expect(stdout).toMatch(
      /^::error file=\S+new\.json,line=12,col=11,title=breaking%3A sent-payload-refused::\/chat .*%0Afor example, .*\n$/,
    );
  });

  it('writes JUnit for a CI server', async () => {
    const { stdout } = await posted('breaking', ...versions().files, '--format', 'junit');
    expect(stdout).toContain('<testsuite name="posted breaking" tests="1" failures="1">');
    expect(stdout).toContain(
      '<testcase classname="sent-payload-refused" name="/chat message said /text"><failure',
    );
    expect(stdout).toContain('{&quot;text&quot;:&quot;aaaa&quot;}');
  });

  it('allows the exceptions beside the new document, each with its reason', async () => {
    const { here, files } = versions();
    const exception = {
      rule: 'sent-payload-refused',
      subject: '/chat message said /text',
      reason: 'No client is out yet.',
    };
    writeFileSync(join(here, 'new.breaking-exceptions.yaml'), JSON.stringify([exception]));
    const { code, stdout } = await posted('breaking', ...files);
    expect(stdout).toContain('  allowed  sent-payload-refused');
    expect(stdout).toContain(
      '    allowed: No client is out yet.\n0 breaking, 0 risky, 0 safe, 1 allowed by exceptions',
    );
    expect(code).toBe(0);
  });

  it('warns of an exception that allows nothing', async () => {
    const { here, files } = versions();
    const exceptions = join(here, 'exceptions.yaml');
    writeFileSync(
      exceptions,
      '- { rule: reply-removed, subject: /chat operation ask, reason: Nobody asks. }\n',
    );
    const { code, stderr } = await posted('breaking', ...files, '--exceptions', exceptions);
    expect(stderr).toBe(
      `warning: ${exceptions}:1:3  /0  no change "reply-removed" of "/chat operation ask" exists; remove the exception\n`,
    );
    expect(code).toBe(1);
  });

  it.each([
    [
      '{ rule: reply-remove, subject: a, reason: b }',
      'the rule "reply-remove" does not exist; did you mean reply-removed?',
    ],
    [
      '{ rule: reply-removed, subject: a }',
      'an exception needs the text `reason`; say why clients are not harmed',
    ],
    [
      '{ rule: reply-removed, subject: a, reason: b, until: 2027 }',
      'an exception has no field `until`; remove it',
    ],
    ['reply-removed', 'this is not an exception; write `- { rule: '],
  ])('refuses the exception %s', async (entry, message) => {
    const { here, files } = versions();
    writeFileSync(join(here, 'new.breaking-exceptions.yaml'), `- ${entry}\n`);
    const { code, stderr } = await posted('breaking', ...files);
    expect(stderr).toMatch(/breaking-exceptions\.yaml:1:\d+ {2}\/0/);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('compares with a revision of git, with the files beside the document', async () => {
    const here = mkdtempSync(join(folder, 'repository-'));
    const file = join(here, 'asyncapi.json');
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-C', here, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
        encoding: 'utf8',
      });
    const referring = contract(3)
      .replace('"maxLength": 3', '"$ref": "text.json"')
      .replace('"type": "string",', '');
    writeFileSync(join(here, 'text.json'), '{ "type": "string", "maxLength": 3 }');
    writeFileSync(file, referring);
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-q', '-m', 'The first version');
    writeFileSync(join(here, 'text.json'), '{ "type": "string", "maxLength": 4 }');
    const { code, stdout } = await posted('breaking', file, '--against', 'main');
    expect(stdout).toContain('for example, deployed clients refuse {"text":"aaaa"}');
    expect(code).toBe(1);

    writeFileSync(file, contract(4).replace('"/chat"', '"/talk"'));
    const removed = await posted('breaking', file, '--against', 'HEAD');
    expect(removed.stdout).toContain(
      'main:asyncapi.json:8:5  breaking  address-removed  /chat'.replace('main', 'HEAD'),
    );
    const unknown = await posted('breaking', file, '--against', 'v9');
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`cannot read ${file} of v9: fatal: `),
    });
  });

  it.each([
    [[], 'breaking takes two documents'],
    [['a.json'], 'breaking takes two documents'],
    [['a.json', 'b.json', '--against', 'main'], 'breaking takes two documents'],
    [['a.json', 'b.json', '--format', 'xml'], '--format has the invalid value "xml"'],
    [['nowhere.json', 'nowhere.json'], 'the file cannot be read'],
  ])('exits with 2 for %j', async (args, message) => {
    expect(await posted('breaking', ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  });

  it('does not compare an AsyncAPI document with an OpenAPI document', async () => {
    const { files } = versions();
    expect(await posted('breaking', files[0], 'openapi.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('compare two versions of one document'),
    });
  });
});
