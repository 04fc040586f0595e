import { binary, first, last, middle, opcodes, seen, text } from './frame.ts';
import { bytewise, type Row, row } from './row.ts';

const greek = 'κόσμε';

/** Valid by RFC 3629, however unusual. */
const valid: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['the first character of two bytes', [0xc2, 0x80]],
  ['the last character of two bytes', [0xdf, 0xbf]],
  ['the first character of three bytes', [0xe0, 0xa0, 0x80]],
  ['the character before the surrogates', [0xed, 0x9f, 0xbf]],
  ['the character after the surrogates', [0xee, 0x80, 0x80]],
  ['U+FFFE and U+FFFF, which are noncharacters', [0xef, 0xbf, 0xbe, 0xef, 0xbf, 0xbf]],
  ['the replacement character', [0xef, 0xbf, 0xbd]],
  ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61]],
  ['the first character of four bytes', [0xf0, 0x90, 0x80, 0x80]],
  ['the last character of four bytes', [0xf4, 0x8f, 0xbf, 0xbf]],
];

const invalid: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['a continuation byte alone', [0x80]],
  ['a continuation byte after a character', [0x61, 0xbf]],
  ['a character without its last byte', [0xce, 0xba, 0xe1, 0xbd]],
  ['a character that another one interrupts', [0xe1, 0x61, 0xbd]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['a pair of surrogates', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
  ['a slash in two bytes', [0xc0, 0xaf]],
  ['a slash in three bytes', [0xe0, 0x80, 0xaf]],
  ['a slash in four bytes', [0xf0, 0x80, 0x80, 0xaf]],
  ['a character above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a sequence of five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ['a sequence of six bytes', [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]],
  ['the byte 0xFE', [0xfe]],
  ['the byte 0xFF', [0x61, 0xff, 0x61]],
];

function halves(bytes: readonly number[]): readonly Buffer[] {
  const middleOf = Math.ceil(bytes.length / 2);
  return [
    first(opcodes.text, Buffer.from(bytes.slice(0, middleOf))),
    last(Buffer.from(bytes.slice(middleOf))),
  ];
}

/** RFC 6455 section 8.1: of a whole message, so a fragment may end within a character. */
export const utf8Rows: readonly Row[] = [
  row('text in another script', [text(greek)], [seen.text(greek)]),
  row('text in packets of one byte', bytewise(text(`${greek} 🙂`)), [seen.text(`${greek} 🙂`)]),
  row('fragments that end between characters', [first(opcodes.text, 'κό'), last('σμε')], [seen.text(greek)]),
  row(
    'a fragment for each byte',
    [
      first(opcodes.text),
      ...Array.from(Buffer.from(`${greek}🙂`), (byte) => middle(Buffer.from([byte]))),
      last(),
    ],
    [seen.text(`${greek}🙂`)],
  ),
  ...valid.flatMap(([what, bytes]) => [
    row(what, [text(Buffer.from(bytes))], [seen.text(Buffer.from(bytes))]),
    row(`${what}, in two fragments`, halves(bytes), [seen.text(Buffer.from(bytes))]),
  ]),
  ...invalid.flatMap(([what, bytes]) => [
    row(what, [text('before'), text(Buffer.from(bytes))], [seen.text('before'), seen.close(1007)]),
    row(`${what}, in two fragments`, halves(bytes), [seen.close(1007)]),
    row(`${what}, in a binary message`, [binary(Buffer.from(bytes))], [seen.binary(Buffer.from(bytes))]),
  ]),
];
