import { limits } from './echo-server.ts';
import { binary, close, first, frame, last, middle, opcodes, ping, pong, seen, text } from './frame.ts';
import { bytewise, pieces, type Row, row } from './row.ts';

const protocolError = seen.close(1002);
const { maxMessageBytes, maxMessageFragments } = limits;

function bytesOf(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => index % 251));
}

/** RFC 6455 section 5.2: the three encodings of the length, and where one begins. */
const sizes: readonly Row[] = [0, 1, 125, 126, 127, 128, 65_535, 65_536, maxMessageBytes].flatMap((size) => [
  row(`text of ${size} bytes`, [text('*'.repeat(size))], [seen.text('*'.repeat(size))]),
  row(`${size} bytes`, [binary(bytesOf(size))], [seen.binary(bytesOf(size))]),
]);

const tooLarge: readonly Row[] = [
  row('text above the limit', [text('*'.repeat(maxMessageBytes + 1))], [seen.close(1009)]),
  row('bytes above the limit', [binary(bytesOf(maxMessageBytes + 1))], [seen.close(1009)]),
  row('a length above the limit, before the payload', [text('', { length: 2 ** 31 })], [seen.close(1009)]),
  row('the longest possible length', [binary('', { length: 2 ** 53 })], [seen.close(1009)]),
  row(
    'fragments that are above the limit together',
    [first(opcodes.binary, bytesOf(maxMessageBytes)), last('x')],
    [seen.close(1009)],
  ),
];

const packets: readonly Row[] = [
  row('text in packets of one byte', bytewise(text('*'.repeat(126))), [seen.text('*'.repeat(126))]),
  row('bytes in packets of 997', pieces(binary(bytesOf(65_536)), 997), [seen.binary(bytesOf(65_536))]),
  row(
    'two messages in a packet',
    [Buffer.concat([text('one'), binary('two')])],
    [seen.text('one'), seen.binary('two')],
  ),
  row(
    'a message and the header of the next in a packet',
    [Buffer.concat([text('one'), text('two').subarray(0, 1)]), text('two').subarray(1)],
    [seen.text('one'), seen.text('two')],
  ),
];

/** Section 5.3. */
const masks: readonly Row[] = [
  row('a mask of zeros', [text('hello', { mask: [0, 0, 0, 0] })], [seen.text('hello')]),
  row('a mask of ones', [text('hello', { mask: [255, 255, 255, 255] })], [seen.text('hello')]),
  row('text without a mask', [text('hello', { mask: null })], [protocolError]),
  row('empty text without a mask', [text('', { mask: null })], [protocolError]),
  row('a ping without a mask', [ping('hello', { mask: null })], [protocolError]),
  row('a close frame without a mask', [close(1000, '', { mask: null })], [protocolError]),
  row(
    'a fragment without a mask',
    [first(opcodes.text, 'a'), frame(opcodes.continuation, 'b', { mask: null })],
    [protocolError],
  ),
];

/** Section 5.2: without an extension, they must be 0. */
const reserved: readonly Row[] = [1, 2, 3, 4, 5, 6, 7].flatMap((bits) => [
  row(
    `text with the reserved bits ${bits} after a message`,
    [text('before'), text('hello', { reserved: bits }), ping()],
    [seen.text('before'), protocolError],
  ),
  row(`a ping with the reserved bits ${bits}`, [ping('hello', { reserved: bits })], [protocolError]),
  row(`a close frame with the reserved bits ${bits}`, [close(1000, '', { reserved: bits })], [protocolError]),
]);

const unknownOpcodes: readonly Row[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
  row(`the opcode ${opcode}`, [frame(opcode), ping()], [protocolError]),
  row(
    `the opcode ${opcode} with a payload after a message`,
    [text('before'), frame(opcode, 'hello'), ping()],
    [seen.text('before'), protocolError],
  ),
]);

/** Section 5.5. */
const control: readonly Row[] = [
  row('a ping', [ping()], [seen.pong()]),
  row('a ping with a payload', [ping('hello')], [seen.pong('hello')]),
  row(
    'a ping with bytes',
    [ping(Buffer.from([0, 255, 254, 128]))],
    [seen.pong(Buffer.from([0, 255, 254, 128]))],
  ),
  row('a ping of 125 bytes', [ping(bytesOf(125))], [seen.pong(bytesOf(125))]),
  row('a ping of 125 bytes in packets of one', bytewise(ping(bytesOf(125))), [seen.pong(bytesOf(125))]),
  row('a ping of 126 bytes', [ping(bytesOf(126))], [protocolError]),
  row('a pong of 126 bytes', [pong(bytesOf(126))], [protocolError]),
  row('a pong that nobody asked for', [pong(), pong('hello')], []),
  row('a pong and a ping', [pong('hello'), ping('hello')], [seen.pong('hello')]),
  row(
    'ten pings in a packet',
    [Buffer.concat(Array.from({ length: 10 }, (_, index) => ping(`${index}`)))],
    Array.from({ length: 10 }, (_, index) => seen.pong(`${index}`)),
  ),
  row('a ping that is not complete', [first(opcodes.ping, 'a'), last('b')], [protocolError]),
  row('a pong that is not complete', [first(opcodes.pong, 'a'), last('b')], [protocolError]),
  row('a close frame that is not complete', [first(opcodes.close), last()], [protocolError]),
];

/** Section 5.4. */
const fragments: readonly Row[] = [
  row('text in two fragments', [first(opcodes.text, 'a'), last('b')], [seen.text('ab')]),
  row('bytes in three fragments', [first(opcodes.binary, 'a'), middle('b'), last('c')], [seen.binary('abc')]),
  row('two fragments in a packet', [Buffer.concat([first(opcodes.text, 'a'), last('b')])], [seen.text('ab')]),
  row('fragments in packets of one byte', bytewise(Buffer.concat([first(opcodes.text, 'a'), last('b')])), [
    seen.text('ab'),
  ]),
  row('fragments that are all empty', [first(opcodes.text), middle(), last()], [seen.text('')]),
  row('an empty fragment on each side', [first(opcodes.text), middle('a'), last()], [seen.text('a')]),
  row(
    'a ping between fragments, answered at once',
    [first(opcodes.text, 'a'), ping('hello'), last('b')],
    [seen.pong('hello'), seen.text('ab')],
  ),
  row('a pong between fragments', [first(opcodes.text, 'a'), pong('hello'), last('b')], [seen.text('ab')]),
  row(
    'a close frame between fragments',
    [first(opcodes.text, 'a'), close(1001), last('b')],
    [seen.close(1001)],
  ),
  row('a last fragment without a first', [last('a'), text('b')], [protocolError]),
  row('a middle fragment without a first', [middle('a'), last('b')], [protocolError]),
  row('an empty fragment without a first', [middle(), text('a')], [protocolError]),
  row(
    'a fragment after the last one',
    [first(opcodes.text, 'a'), last('b'), last('c')],
    [seen.text('ab'), protocolError],
  ),
  row('text between fragments', [first(opcodes.text, 'a'), text('b'), last('c')], [protocolError]),
  row(
    'a first fragment between fragments',
    [first(opcodes.text, 'a'), first(opcodes.text, 'b')],
    [protocolError],
  ),
  row('bytes between fragments of text', [first(opcodes.text, 'a'), binary('b'), last('c')], [protocolError]),
  row(
    'the most fragments of the setting',
    [
      first(opcodes.text, 'a'),
      ...Array.from({ length: maxMessageFragments - 2 }, () => middle('a')),
      last('a'),
    ],
    [seen.text('a'.repeat(maxMessageFragments))],
  ),
  row(
    'one fragment more than the setting',
    [
      first(opcodes.text, 'a'),
      ...Array.from({ length: maxMessageFragments - 1 }, () => middle('a')),
      last('a'),
    ],
    [seen.close(1008)],
  ),
];

export const framingRows: readonly Row[] = [
  ...sizes,
  ...tooLarge,
  ...packets,
  ...masks,
  ...reserved,
  ...unknownOpcodes,
  ...control,
  ...fragments,
];
