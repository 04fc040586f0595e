import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/runtime/shared/log.ts';
import { LogLimit } from '../../../src/runtime/shared/log-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function createLimit() {
  const records: unknown[] = [];
  const log = { ...silentLog, warn: (...record: readonly unknown[]) => void records.push(record) };
  const limit = new LogLimit(log, { maxRecords: 2, windowMs: 1000 });
  return { limit, records };
}

describe('the log limit', () => {
  it('logs the first records of a kind, and the number of omitted ones when the window ends', () => {
    const { limit, records } = createLimit();
    for (const id of [1, 2, 3, 4, 5]) limit.write('warn', { reason: 'origin' }, { id }, 'refused');
    const first = [
      [{ reason: 'origin', id: 1 }, 'refused'],
      [{ reason: 'origin', id: 2 }, 'refused'],
    ];
    expect(records).toEqual(first);
    vi.advanceTimersByTime(1000);
    expect(records).toEqual([
      ...first,
      [{ reason: 'origin', omitted: 3, windowMs: 1000 }, 'refused: more records were omitted'],
    ]);
  });

  it('starts over after the window', () => {
    const { limit, records } = createLimit();
    limit.write('warn', {}, { id: 1 }, 'refused');
    vi.advanceTimersByTime(1000);
    for (const id of [2, 3]) limit.write('warn', {}, { id }, 'refused');
    expect(records).toEqual([1, 2, 3].map((id) => [{ id }, 'refused']));
  });

  it('counts each kind and each message separately', () => {
    const { limit, records } = createLimit();
    for (const reason of ['origin', 'capacity']) {
      for (const message of ['refused', 'failed']) {
        for (let count = 0; count < 3; count += 1) limit.write('warn', { reason }, {}, message);
      }
    }
    expect(records).toHaveLength(8);
  });
});
