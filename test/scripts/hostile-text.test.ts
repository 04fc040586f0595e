import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { printable, printableLines } from '../../scripts/posted/source/printable.ts';
import { posted, type Run, readFolder, tempFolder } from './generator.ts';

/** Sets the title of a terminal, colors it, starts a line, ends a line twice more, and turns the order around. */
const hostile = '\u001b]0;pwned\u0007\u001b[31mred\r\n::error::injected\u2028\u0085\u009b31m\u202eend';

/** What no line of output or source may contain. */
const control = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

const folder = tempFolder();

describe('printable', () => {
  it.each([
    ['a b é 🙂 \\', 'a b é 🙂 \\'],
    ['\u001b[31m\u0000\u007f\u009b', '\\u001b[31m\\u0000\\u007f\\u009b'],
    ['a\r\n\tb\u2028c', 'a\\r\\n\\tb\\u2028c'],
    ['\u202eb\u2069', '\\u202eb\\u2069'],
    ['\ud800a', '\\ud800a'],
  ])('escapes what controls a terminal, on one line: %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('keeps the lines of longer texts', () => {
    expect(printableLines('a\r\nb\rc\u2028\td\u001b')).toBe('a\nb\nc\n d\\u001b');
  });
});

function write(name: string, schema: object, texts: string): string {
  const file = join(folder, name);
  const contract = {
    asyncapi: '3.0.0',
    info: { title: `Title ${texts}`, version: `1${texts}`, description: texts },
    channels: {
      [`c${texts}`]: {
        address: `/c${texts}`,
        description: texts,
        messages: { [`m${texts}`]: { description: texts, payload: { $ref: '#/components/schemas/S' } } },
      },
    },
    operations: {
      [`o${texts}`]: {
        action: 'send',
        description: texts,
        channel: { $ref: `#/channels/${encodeURIComponent(`c${texts}`)}` },
      },
    },
    components: { schemas: { S: schema } },
  };
  writeFileSync(file, JSON.stringify(contract));
  return file;
}

describe('the problems of a document with escape codes and line breaks', () => {
  it('are one line each, without control characters', async () => {
    const file = write('problems.json', { properties: { [hostile]: { type: 'nonsense' } } }, hostile);
    const { stdout, stderr, code } = await posted('validate', file);
    expect([code, stdout]).toEqual([1, '']);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith(`${file}:`))).toEqual([]);
    expect(stderr).toContain(printable(hostile));
    expect(stderr).not.toMatch(control);
  });
});

describe('a valid document with escape codes and line breaks', () => {
  const properties = { [hostile]: { type: 'string', description: hostile, const: hostile } };
  const schema = {
    type: 'object',
    title: hostile,
    description: hostile,
    properties,
    additionalProperties: false,
  };
  let run: Run;
  let files: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const file = write('valid.json', schema, hostile);
    const out = join(folder, 'generated');
    run = await posted('generate', file, '--out', out, '--targets', 'server,client,python,docs');
    files = readFolder(out);
  });

  it('is reported line by line, without control characters', () => {
    expect(run.code).toBe(0);
    expect(
      run.stderr
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('warning: ')),
    ).toEqual([]);
    expect(run.stdout + run.stderr).toContain('\\u001b');
    expect(run.stdout + run.stderr).not.toMatch(control);
  });

  it('has a summary of one line for each channel and operation', async () => {
    const { stdout } = await posted('validate', join(folder, 'valid.json'));
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(stdout).not.toMatch(control);
  });

  it('generates code and documentation without control characters', () => {
    const ours = Object.entries(files).filter(([path]) => /\.(ts|py|toml|md|yaml)$/.test(path));
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter(([, text]) => control.test(text.replaceAll('\t', ''))).map(([path]) => path)).toEqual(
      [],
    );
  });
});
