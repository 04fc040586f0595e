import { assert, jsonValue, property } from 'fast-check';
import { expect, it } from 'vitest';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { msgpack } from '../../../src/runtime/shared/msgpack.ts';

function decodeHex(hex: string): unknown {
  return msgpack.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

it('keeps every value of JSON', () => {
  // The library refuses this key, which would change the prototype of an object.
  const value = jsonValue({ maxDepth: 4 }).filter((each) => !JSON.stringify(each).includes('__proto__'));
  assert(
    property(value, (given) => {
      // JSON has one zero.
      const expected: unknown = JSON.parse(JSON.stringify(given));
      expect(msgpack.decode(msgpack.encode(given))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

it('encodes as JSON does: without undefined members, and with dates as text', () => {
  const value = { at: new Date(0), gone: undefined, list: [undefined] };
  expect(msgpack.decode(msgpack.encode(value))).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [null] });
});

it.each([
  ['every size of a length', '93 d903616263 da0003616263 db00000003616263', ['abc', 'abc', 'abc']],
  ['every size of an array', '92 dc000101 dd0000000102', [[1], [2]]],
  ['every size of a map', '92 de0001a16101 df00000001a16102', [{ a: 1 }, { a: 2 }]],
  [
    'every integer',
    '96 cc80 cd0100 ce00010000 cf0000000100000000 d0df d3ffffffffffffffff',
    [128, 256, 65_536, 4_294_967_296, -33, -1],
  ],
  ['floats', '92 ca3f800000 cb3fe0000000000000', [1, 0.5]],
  ['empty containers inside others', '93 80 90 81a16190', [{}, [], { a: [] }]],
])('reads %s', (_title, hex, expected) => {
  expect(decodeHex(hex)).toEqual(expected);
});

it.each([
  ['no bytes', '', /not valid MessagePack/],
  ['a value that ends early', '82 a161', /not valid MessagePack/],
  ['bytes after the value', '01 02', /not valid MessagePack/],
  ['a format that does not exist', 'c1', /not valid MessagePack/],
  ['text that is not UTF-8', 'a2 c328', /not valid MessagePack/],
  ['the key __proto__', '81 a95f5f70726f746f5f5f 80', /not valid MessagePack/],
  ['bytes', '81 a161 c40100', /bytes/],
  ['a time', 'd6ff 00000000', /extension types/],
  ['a key that is a number', '81 01 01', /keys of maps must be text/],
  ['a number that is not finite', 'cb 7ff8000000000000', /finite/],
  ['more nesting than any contract has', `${'91'.repeat(600)}c0`, /nested too deeply/],
])('refuses %s', (_title, hex, message) => {
  expect(() => decodeHex(hex)).toThrow(PostedError);
  expect(() => decodeHex(hex)).toThrow(message);
});

it('refuses arrays that are longer than the message before it allocates memory for them', () => {
  const before = process.memoryUsage().heapUsed;
  // 400 arrays that each claim 30 million elements.
  expect(() => decodeHex('dd01c9c380'.repeat(400))).toThrow(/not valid MessagePack/);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
});
