import { describe, expect, it } from 'vitest';
import { Due } from '../../../src/runtime/server/connection/due.ts';

const [a, b, c] = ['a', 'bb', 'ccc'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

function textOf(due: Due): string {
  return Buffer.concat(due.buffers()).toString();
}

describe('what is due', () => {
  it('is nothing at first', () => {
    expect(Due.start()).toMatchObject({ bytes: 0 });
    expect(Due.start().buffers()).toEqual([]);
  });

  it('is all frames in their order, in one buffer', () => {
    const due = Due.start().add(a).add(b).add(c);
    expect(due.bytes).toBe(6);
    expect(due.buffers()).toEqual([Buffer.from('abbccc')]);
  });

  it('is the frame itself where there is one', () => {
    expect(Due.start().add(a).buffers()[0]).toBe(a);
  });

  it('is one buffer for all who add the same frames', () => {
    const start = Due.start();
    const [first, second] = [start.add(a).add(b), start.add(a).add(b)];
    expect(first.buffers()[0]).toBe(second.buffers()[0]);
  });

  it('is each its own where they differ', () => {
    const start = Due.start();
    const [first, second, third] = [start.add(a).add(b), start.add(a).add(c), start.add(b)];
    expect([first, second, third].map(textOf)).toEqual(['abb', 'accc', 'bb']);
  });

  it('is not copied where that is much', () => {
    const large = Buffer.alloc(65_536);
    const buffers = Due.start().add(a).add(large).buffers();
    expect(buffers[0]).toBe(a);
    expect(buffers[1]).toBe(large);
  });
});
