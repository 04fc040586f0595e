import { describe, expect, it } from 'vitest';
import { createTimeOrderedId } from '../../../src/feed-server/services/time-ordered-id.ts';

describe('a time-ordered id', () => {
  it('is a UUID version 7 with the given time', () => {
    const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const id = createTimeOrderedId(nowMs);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(nowMs);
  });

  it('sorts by time and is unique within a millisecond', () => {
    const ids = [5, 1_700_000_000_000, 1_700_000_000_001].map(createTimeOrderedId);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(Array.from({ length: 1000 }, () => createTimeOrderedId(5))).size).toBe(1000);
  });
});
