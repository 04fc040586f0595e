import { close, frame, opcodes, ping, seen, text } from './frame.ts';
import { bytewise, type Row, row } from './row.ts';

const protocolError = seen.close(1002);
const longest = 'r'.repeat(123);

/** RFC 6455 section 5.5.1: a close frame is answered with one, usually of the same code, and nothing follows it. */
const answers: readonly Row[] = [
  row('an empty close frame', [close()], [seen.close()]),
  row('a close frame with a code', [close(1000)], [seen.close(1000)]),
  row('a close frame with a reason', [close(1000, 'bye')], [seen.close(1000, 'bye')]),
  row('a close frame with the longest reason', [close(1000, longest)], [seen.close(1000, longest)]),
  row('a close frame in packets of one byte', bytewise(close(1000, 'bye')), [seen.close(1000, 'bye')]),
  row('a close frame of 126 bytes', [close(1000, `${longest}r`)], [protocolError]),
  row('a close frame of one byte', [frame(opcodes.close, 'a')], [protocolError]),
  row('two close frames', [Buffer.concat([close(1000), close(1001)])], [seen.close(1000)]),
  row('text after a close frame', [Buffer.concat([close(1000), text('late')])], [seen.close(1000)]),
  row('a ping after a close frame', [Buffer.concat([close(1000), ping('late')])], [seen.close(1000)]),
  row(
    'text and a close frame in a packet',
    [Buffer.concat([text('hello'), close(1000)])],
    [seen.text('hello'), seen.close(1000)],
  ),
  row('a reason in several scripts', [close(1000, 'до свидания 👋')], [seen.close(1000, 'до свидания 👋')]),
  row('a reason that is not UTF-8', [close(1000, Buffer.from([0xce, 0xba, 0xff]))], [seen.close(1007)]),
  row('a reason that ends within a character', [close(1000, Buffer.from([0xf0, 0x9f]))], [seen.close(1007)]),
];

/** Section 7.4 and the registry of IANA. */
const validCodes = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const invalidCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const codes: readonly Row[] = [
  ...validCodes.map((code) => row(`the code ${code}`, [close(code, 'why')], [seen.close(code, 'why')])),
  ...invalidCodes.map((code) => row(`the code ${code}`, [close(code, 'why')], [protocolError])),
];

export const closingRows: readonly Row[] = [...answers, ...codes];
