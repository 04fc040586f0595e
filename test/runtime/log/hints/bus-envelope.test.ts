import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope, encodeEnvelope } from '../../../../src/runtime/log/hints/bus-envelope.ts';

const node = randomUUID();
const header = { bus: 'posted', version: 1, node, lengths: [], isLast: false };

describe('the envelope of a bus', () => {
  it.each([
    ['no messages', []],
    ['messages of any bytes', [Buffer.from('a\nb'), Buffer.of(), Buffer.of(0, 10, 255)]],
  ])('contains %s', (_title, messages) => {
    for (const isLast of [false, true]) {
      const decoded = decodeEnvelope(encodeEnvelope({ node, messages, isLast }));
      expect(decoded).toEqual({ node, isLast, messages });
    }
  });

  it.each([
    ['nothing', '', 'foreign'],
    ['no header', 'hello\n', 'foreign'],
    ['the header of another program', '{"version":1}\n', 'foreign'],
    [
      'a header of a newer version',
      `${JSON.stringify({ ...header, version: 2, node: 7 })}\n`,
      'newer_version',
    ],
    ['no id of a node', `${JSON.stringify({ ...header, node: 'one' })}\n`, 'foreign'],
    ['lengths of too few bytes', `${JSON.stringify({ ...header, lengths: [1, 1] })}\nabc`, 'foreign'],
    ['lengths of too many bytes', `${JSON.stringify({ ...header, lengths: [4] })}\nabc`, 'foreign'],
    ['a negative length', `${JSON.stringify({ ...header, lengths: [4, -1] })}\nabc`, 'foreign'],
    ['lengths that are not numbers', `${JSON.stringify({ ...header, lengths: ['3'] })}\nabc`, 'foreign'],
    ['a fraction as length', `${JSON.stringify({ ...header, lengths: [1.5, 1.5] })}\nabc`, 'foreign'],
    ['another program', `${JSON.stringify({ ...header, bus: 'other' })}\n`, 'foreign'],
    ['an id with more than a UUID', `${JSON.stringify({ ...header, node: `${node}0` })}\n`, 'foreign'],
    ['an id with text before it', `${JSON.stringify({ ...header, node: `x${node}` })}\n`, 'foreign'],
    ['no word on whether it is the last', `${JSON.stringify({ ...header, isLast: 1 })}\n`, 'foreign'],
    ['no lengths', `${JSON.stringify({ ...header, lengths: null })}\n`, 'foreign'],
    ['more than 1 MB', 'x'.repeat(1_100_000), 'too_large'],
  ])('is not read from %s', (_title, text, reason) => {
    expect(decodeEnvelope(Buffer.from(text))).toBe(reason);
  });
});
