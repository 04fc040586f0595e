import { describe, expect, it } from 'vitest';
import { PendingFrames } from '../../../src/runtime/server/connection/pending-frames.ts';

const [a, b, c] = ['a', 'bb', 'ccc'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

function textOf(pending: PendingFrames): string {
  return Buffer.concat(pending.buffers()).toString();
}

describe('PendingFrames', () => {
  it('starts empty', () => {
    expect(PendingFrames.empty()).toMatchObject({ bytes: 0 });
    expect(PendingFrames.empty().buffers()).toEqual([]);
  });

  it('joins frames in order in one buffer', () => {
    const pending = PendingFrames.empty().append(a).append(b).append(c);
    expect(pending.bytes).toBe(6);
    expect(pending.buffers()).toEqual([Buffer.from('abbccc')]);
  });

  it('returns a single frame without copying it', () => {
    expect(PendingFrames.empty().append(a).buffers()[0]).toBe(a);
  });

  it('shares one buffer among all that append the same frames', () => {
    const empty = PendingFrames.empty();
    const [first, second] = [empty.append(a).append(b), empty.append(a).append(b)];
    expect(first.buffers()[0]).toBe(second.buffers()[0]);
  });

  it('keeps sequences of different frames apart', () => {
    const empty = PendingFrames.empty();
    const sequences = [empty.append(a).append(b), empty.append(a).append(c), empty.append(b)];
    expect(sequences.map(textOf)).toEqual(['abb', 'accc', 'bb']);
  });

  it('does not copy large sequences', () => {
    const large = Buffer.alloc(65_536);
    const buffers = PendingFrames.empty().append(a).append(large).buffers();
    expect(buffers[0]).toBe(a);
    expect(buffers[1]).toBe(large);
  });
});
