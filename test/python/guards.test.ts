import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAjv } from '../../scripts/posted/schemas/compiler.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { pythonPath, reason } from './python.ts';

const format = (name: string, type = 'string') => ({ type, format: name });
const pattern = (text: string) => ({ type: 'string', pattern: text });

/** Schemas by definition name, each with valid and invalid values. */
const cases: Readonly<Record<string, readonly [schema: object, values: readonly unknown[]]>> = {
  Uuid: [
    format('uuid'),
    [
      '1d535fd6-7521-4cb1-aa6d-031be7123c4d',
      'URN:UUID:1D535FD6-7521-4cb1-aa6d-031be7123c4d',
      '1d535fd6',
      '1d535fd6-7521-4cb1-aa6d-031be7123c4d\n',
    ],
  ],
  Date: [format('date'), ['2024-02-29', '2023-02-29', '0000-01-01', '2023-13-01', '2023-1-1', '٢٠٢٣-01-01']],
  Time: [
    format('time'),
    ['23:59:60Z', '22:59:60-01:00', '12:00:60Z', '12:00:00', '12:00:00.5+0130', '24:00:00Z', '12:00:00z\n'],
  ],
  DateTime: [
    format('date-time'),
    [
      '2024-02-29T12:00:00Z',
      '2024-02-29 12:00:00.123+01:00',
      '2024-02-29',
      '2024-02-30T12:00:00Z',
      '2024-02-29T12:00:00',
    ],
  ],
  Duration: [format('duration'), ['P1Y2M', 'PT1H', 'P', 'PT', 'P1W', 'P1D2W', 'p1d']],
  Email: [format('email'), ['a@b.cd', 'a@b', 'a b@c.de', 'a.b+c@d-e.fg', '.a@b.cd', 'ä@b.cd']],
  Hostname: [format('hostname'), ['example.com', '-a.com', `${'a'.repeat(64)}.com`, 'a.', '', 'a_b']],
  Ipv4: [format('ipv4'), ['1.2.3.4', '256.1.1.1', '1.2.3', '01.2.3.4', '1.2.3.4.']],
  Ipv6: [
    format('ipv6'),
    ['::1', '2001:db8::8a2e:370:7334', '::ffff:1.2.3.4', '1::2::3', ':', 'fe80::1%eth0', '12345::'],
  ],
  Uri: [
    format('uri'),
    [
      'https://a.b/c?d#e',
      'mailto:a@b.cd',
      'a/b',
      '//a.b/c',
      'http://a b',
      'urn:x:y',
      'http://[::1]:80/',
      'http://a/%zz',
      'x:',
    ],
  ],
  UriReference: [format('uri-reference'), ['a/b', '//a.b/c', '?q', '#f', 'a b', '/\\', '']],
  UriTemplate: [format('uri-template'), ['/a/{b}', '/a/{b', '{+x,y*}', '/a b']],
  Regex: [
    format('regex'),
    [
      'a+',
      '(',
      '[a-z]',
      '(?P<a>b)',
      '(?<a>b)\\k<a>',
      '\\k<a>',
      '(?<a>b)\\k<c>',
      '(?=a)*',
      '(?<=a)*',
      'a{2,1}',
    ],
  ],
  Url: [format('url'), ['https://a.bc/d', 'http://10.1.2.3/', 'http://8.8.8.8', 'http://a', 'ftp://ä.öü']],
  JsonPointer: [format('json-pointer'), ['/a/b~1c', 'a', '/~2', '']],
  RelativeJsonPointer: [format('relative-json-pointer'), ['0', '1/a', '0#', '01', '-1']],
  Byte: [format('byte'), ['aGk=', 'a', '', 'aGk', 'not base64!!\n', 'aGk=\n']],
  Int32: [format('int32', 'integer'), [2 ** 31 - 1, 2 ** 31, -(2 ** 31), 1.5]],
  Digits: [pattern('^\\d+$'), ['12', '１２', '12\n', 'x']],
  Letters: [pattern('^\\p{Lu}\\P{L}[\\p{N}_]$'), ['Ä-1', 'ä-1', 'A-٣', 'Aa1', 'A-_']],
  Space: [pattern('^\\s\\S$'), ['\u00a0x', '\ufeffx', '\u001cx', ' x', 'xx', '\u0085x']],
  Word: [pattern('^\\bü?\\w+\\b'), ['abc', 'üabc', 'é']],
  Dot: [pattern('^.$'), ['a', '\u2028', '\r', '😀', 'ab']],
  Classes: [pattern('^[\\w.\\-[&~|]+$'), ['a[b', 'a&&b', 'a||b', 'a]']],
  Emoji: [pattern('^[\\u{1F600}-\\u{1F610}]$'), ['😀', '😑', 'a']],
  Group: [pattern('^(?<q>[\'"]).*\\k<q>$'), ['"a"', '"a\'']],
  Repeated: [pattern('^(a)\\1{2}$'), ['aaa', 'aa']],
  Unmatched: [pattern('^(?:a|(b))\\1$'), ['a', 'bb', 'b', 'ab']],
  Later: [pattern('^\\1(a)(?:\\2|(b))+$'), ['a', 'ab', 'aa', 'b']],
  Behind: [pattern('(?<=^|[,;] |--)x(?<!ax)$'), ['x', 'a, x', '--x', 'a x', 'x\n']],
  Names: [
    { type: 'object', patternProperties: { '^\\d$': { type: 'integer' } }, additionalProperties: false },
    [{ 1: 1 }, { 1: 'a' }, { '١': 1 }, {}],
  ],
  Whole: [{ type: 'integer' }, [1, 1.5, true, 1e20, '1', null]],
  Constant: [{ const: 1 }, [1, true, '1', 1.0]],
  Choice: [{ enum: [0, 'a', null, false] }, [0, false, 'a', null, '', []]],
  Unique: [
    { type: 'array', uniqueItems: true },
    [
      [1, true],
      [1, 1],
      [{ a: 1 }, { a: 1 }],
      [0, false],
      [[1], [true], [1]],
      ['__proto__', '__proto__'],
    ],
  ],
  Length: [{ type: 'string', minLength: 2, maxLength: 2 }, ['😀😀', '😀', 'ab', 'abc']],
  Multiple: [{ type: 'number', multipleOf: 0.01 }, [1, 0.07, 19.99, 1.005, 1e300, 0.3, -4.35]],
  MultipleOfSix: [{ type: 'number', multipleOf: 6 }, [12, 1e22, 1e23, 9]],
  Nothing: [{ not: { type: 'string' } }, [1, 'a']],
  Condition: [
    // As text, since an object with a member `then` looks like a promise.
    JSON.parse(
      '{"type":"object","if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"required":["b"]}}',
    ),
    [{ a: 1 }, { a: 1, b: 1 }, { a: 2 }, {}],
  ],
  Tree: [
    {
      type: 'object',
      properties: { left: { $ref: '#/components/schemas/Tree' } },
      additionalProperties: false,
    },
    [{ left: { left: {} } }, { left: { right: {} } }, { constructor: 1 }],
  ],
  Either: [{ oneOf: [{ type: 'integer' }, { type: 'number', minimum: 5 }] }, [1, 5.5, 6, 'a']],
};

describe.skipIf(reason !== null)(`the guards of a Python package ${reason ?? ''}`, () => {
  let folder = '';
  let generated: GeneratedPackage;
  let found: readonly (string | null)[] = [];
  const checks = Object.entries(cases).flatMap(([name, [, values]]) =>
    values.map((value) => [name, value] as const),
  );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posted-guards-'));
    const document = join(folder, 'guards.json');
    await writeFile(document, JSON.stringify(documentOf()));
    generated = await generatePackage(document);
    const { stdout, stderr } = spawnSync(
      pythonPath(),
      ['-W', 'error', join(import.meta.dirname, 'check_guards.py')],
      {
        input: JSON.stringify([
          'checked_guards',
          checks.map(([name, value]) => [name, JSON.stringify(value)]),
        ]),
        env: { PYTHONPATH: generated.packages, PYTHONDONTWRITEBYTECODE: '1' },
        encoding: 'utf8',
      },
    );
    if (stderr !== '') throw new Error(stderr);
    found = JSON.parse(stdout);
  });

  afterAll(async () => {
    await generated?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.keys(cases))('agree with those of TypeScript on %s', (name) => {
    const [schema, values] = cases[name] ?? [{}, []];
    const ajv = createAjv('draft-07', { strict: false });
    ajv.addSchema({ components: { schemas: { [name]: schema } } }, 'contract');
    const wanted = values.map((value) => [
      value,
      ajv.validate(`contract#/components/schemas/${name}`, value),
    ]);
    const first = checks.findIndex(([one]) => one === name);
    expect(values.map((value, index) => [value, found[first + index] === null])).toEqual(wanted);
    // Only valid or only invalid values would prove little.
    expect(new Set(wanted.map(([, right]) => right)).size).toBe(2);
  });

  it('describe the problem and never the value', () => {
    const problems = found.filter((problem) => problem !== null);
    expect(problems.length).toBeGreaterThan(60);
    expect(problems[checks.findIndex(([name]) => name === 'Uuid')]).toBe(
      'the value must satisfy `format`: "uuid"',
    );
    const repeated = found.filter((problem, index) => {
      const value = checks[index]?.[1];
      return typeof value === 'string' && value.length > 5 && problem?.includes(value) === true;
    });
    expect(repeated).toEqual([]);
  });
});

function documentOf(): object {
  const messages = Object.fromEntries(
    Object.keys(cases).map((name) => [
      name,
      {
        summary: name,
        headers: { type: 'object', required: ['is'], properties: { is: { const: name } } },
        payload: { $ref: `#/components/schemas/${name}` },
      },
    ]),
  );
  const channel = {
    address: '/all',
    messages: Object.fromEntries(
      Object.keys(cases).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
  };
  return {
    asyncapi: '3.0.0',
    info: { title: 'Checked guards', version: '1.0.0' },
    servers: { main: { host: 'localhost:8080', protocol: 'ws' } },
    channels: { all: channel },
    operations: { tell: { action: 'send', channel: { $ref: '#/channels/all' } } },
    components: {
      messages,
      schemas: Object.fromEntries(Object.entries(cases).map(([name, [schema]]) => [name, schema])),
    },
  };
}
