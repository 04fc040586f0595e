import { describe, expect, it } from 'vitest';
import { newMark } from '../../../src/runtime/log/new-mark.ts';

describe('a mark', () => {
  it('is a random, non-zero 32-bit number', () => {
    const marks = Array.from({ length: 5000 }, newMark);
    expect(new Set(marks).size).toBeGreaterThan(4990);
    for (const mark of marks) expect(Number.isInteger(mark) && mark > 0 && mark < 2 ** 32).toBe(true);
  });
});
