import * as fc from 'fast-check';

/** Texts that match a format, or nearly so. */
const samples: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    byte: ['', 'QQ==', 'QQ=', 'a b', 'aGk=', 'not base64!!\n', 'QUJD\nQUJD'],
    date: ['2024-02-29', '2023-02-29', '2024-13-01', '24-01-01', '0000-01-01'],
    'date-time': [
      '2026-11-22T10:00:00Z',
      '2026-11-22t10:00:60+01:00',
      '2026-11-22 10:00',
      '2026-02-30T10:00:00Z',
      '2026-11-22\u200910:00:00.5-0130',
    ],
    duration: ['P1Y2DT3H', 'P', 'PT1S', '1D', 'P3W', 'P1Y3W'],
    email: ['a@b.org', 'a@b', 'a b@c.org', '@', 'a.b+c@d-e.org'],
    hostname: ['example.org', '-a', 'a..b', 'localhost', 'a.'],
    int32: ['a'],
    ipv4: ['127.0.0.1', '256.0.0.1', '1.2.3', '01.2.3.4'],
    ipv6: [
      '::1',
      '::ffff:127.0.0.1',
      ':::',
      '1:2',
      '1:2:3:4:5:6:7:8',
      '1::8',
      'fe80::1%eth0',
      '1:2:3:4:5::1.2.3.4',
    ],
    'iso-date-time': ['2026-11-22T10:00:00', '2026-11-22\ufeff10:00:00', '2026-11-22\u001c10:00:00'],
    'iso-time': ['10:00:00', '24:59:60+01:00', '10:00:00.25Z'],
    'json-pointer': ['', '/a~1b', '/~2', 'a'],
    'json-pointer-uri-fragment': ['#', '#/a%20b', '#/~0', '/a'],
    regex: [
      '^a$',
      '(',
      '\\p{L}',
      '\\-',
      '(?P<a>b)',
      '(?<a>b)\\k<a>',
      '[z-a]',
      'a{2,1}',
      '(?=a)*',
      '(?<=a)*',
      '[\\c',
      '\\Z',
    ],
    'relative-json-pointer': ['0', '1/a', '0#', '01'],
    time: ['10:00:00Z', '25:00:00Z', '10:00', '23:59:60Z', '00:59:60+01:00', '12:00:00.5+0130'],
    uri: [
      'https://example.org/a?b#c',
      'a/b',
      'urn:a:b',
      'http://[::1',
      'http://[::1]:8/',
      'x:',
      'http://a"b',
      '//a',
      'x:/',
    ],
    'uri-reference': ['a/b', '#a', '\\', 'http://a', '?', '', 'a"b', '//a"b', '/a'],
    'uri-template': ['/a/{b}', '/{+a,b*}', '/{a:3}', '{', 'ä', '%zz'],
    url: [
      'https://example.org/a?b#c',
      'http://10.1.2.3/',
      'http://8.8.8.8:80/',
      'ftp://a:b@c.de',
      'http://a',
      'http\u017f://a.bc',
      'http://ä-ö.de/\u0085',
      'http://a.b1',
      'http://a.bc?d',
    ],
    uuid: [
      '6f9619ff-8b86-4011-b42d-00cf4fc964ff',
      'urn:uuid:6f9619ff-8b86-4011-b42d-00cf4fc964ff',
      '6f9619ff',
    ],
  }),
);

export const formats = [...samples.keys()];

/** Characters that engines treat differently, and those that formats are made of. */
const characters = [
  ...Array.from('aAzZ019._~-+:/?#[]@!$&\'()*,;=%<>"\\^`{|} \n\r\t'),
  ...Array.from('\u000b\u001c\u0085\u00a0\u017f\u0660\u1680\u180e\u2028\u212a\ufeff\uff11ßéЖ日'),
  '💥',
  '\ud83d',
];

const edit = fc.record({
  position: fc.nat({ max: 60 }),
  removed: fc.nat({ max: 2 }),
  added: fc.oneof(fc.constantFrom(...characters), fc.constant('')),
});

/** Most texts stay as they are, because values often have several. */
const edits = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.array(edit, { minLength: 1, maxLength: 2 }) },
);

/** Texts with up to two changes. */
export function nearly(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(texts, edits).map(([text, all]) =>
    all.reduce((current, { position, removed, added }) => {
      const parts = Array.from(current);
      const at = position % (parts.length + 1);
      return [...parts.slice(0, at), added, ...parts.slice(at + removed)].join('');
    }, text),
  );
}

/** Texts for a format, many of which match it. */
export function textsOf(format: string): fc.Arbitrary<string> {
  const texts = nearly(fc.constantFrom(...(samples.get(format) ?? ['a'])));
  return format === 'regex' ? fc.oneof(texts, expression(syntax), expression(pieces)) : texts;
}

/** What regular expressions of JavaScript and Python are made of. */
const syntax = [
  ...Array.from('ab()[]{}?*+|\\^$-<>=!:,kPZ01'),
  '(?<',
  '(?:',
  '(?i:',
  '(?i-s:',
  '\\k<a>',
  '<a>',
  '(?P<a>',
  '💥',
  '{1,2}',
];

const pieces = [
  'a',
  'b',
  '(a)',
  '(?<a>b)',
  '(?:',
  ')',
  '|',
  '*',
  '+?',
  '{2}',
  '\\1',
  '\\k<a>',
  '[a-b]',
  '[\\w-b]',
  '^',
  '$',
  '(?=a)',
  '(?<!b)',
  '\\b',
  '\\u{61}',
  '\\cJ',
  '[\\b]',
  '\\8',
];

function expression(parts: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((chosen) => chosen.join(''));
}

const quantifier = fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '*?', '+?', '??');
const look = fc.constantFrom('(?=', '(?!', '(?<=', '(?<!');

/**
 * Patterns that are valid in Unicode mode, of a small alphabet without surrogate pairs, in the middle of which V8 finds
 * empty matches.
 */
export const patterns: fc.Arbitrary<string> = fc
  .letrec<Record<'options' | 'sequence' | 'term' | 'atom', string>>((tie) => ({
    options: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((all) => all.join('|')),
    sequence: fc.array(tie('term'), { minLength: 1, maxLength: 4 }).map((all) => all.join('')),
    term: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: tie('atom') },
      { weight: 3, arbitrary: fc.tuple(tie('atom'), quantifier).map((all) => all.join('')) },
      { weight: 1, arbitrary: fc.constantFrom('^', '$', '\\b', '\\B', '\\1', '\\2') },
      {
        weight: 1,
        arbitrary: fc.tuple(look, tie('options')).map((all) => `${all.join('')})`),
      },
    ),
    atom: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: fc.constantFrom('a', 'b', '.', '\\n', 'é') },
      { weight: 1, arbitrary: fc.constantFrom('[ab]', '[^a]', '\\w', '\\s', '[\\d\\-a]', '\\p{Lu}') },
      { weight: 3, arbitrary: tie('options').map((inner) => `(${inner})`) },
      { weight: 1, arbitrary: tie('options').map((inner) => `(?:${inner})`) },
    ),
  }))
  .options.filter((pattern) => {
    try {
      return new RegExp(pattern, 'u') instanceof RegExp;
    } catch {
      // References to groups that the pattern does not have.
      return false;
    }
  });

/** Texts of the alphabet of the patterns. */
export const shortTexts = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'ba', '\n', 'é', 'A', '1', ' '), { maxLength: 5 })
  .map((parts) => parts.join(''));
