import { describe, expect, it } from 'vitest';
import { isFlawless, resultOf } from './fault-result.ts';
import { renderFaults } from './fault-table.ts';
import { faults } from './faults.ts';
import { quickTimings } from './faults-arguments.ts';
import type { Numbered } from './numbered-publisher.ts';

const [fault] = faults;
if (fault === undefined) throw new Error('the list of faults is empty');

const period = { startMs: 1000, endMs: 3000 };
const published: readonly Numbered[] = [
  { number: 1, atMs: 900 },
  { number: 2, atMs: 2000 },
  { number: 3, atMs: 3500 },
];

function judge(received: readonly Numbered[], problems: readonly string[] = []) {
  return resultOf(fault as (typeof faults)[number], period, published, [
    { received, problems, leftOpenMs: (sinceMs) => sinceMs + 250 },
  ]);
}

const complete: readonly Numbered[] = [
  { number: 1, atMs: 950 },
  { number: 2, atMs: 3100 },
  { number: 3, atMs: 3550 },
];

describe('the result of a fault', () => {
  it('says when the fault was noticed, and how late the latest message was', () => {
    const result = judge(complete);
    expect(result).toMatchObject({ lost: 0, duplicated: 0, lastedMs: 2000, noticedMs: 250, latestMs: 100 });
    expect(isFlawless(result)).toBe(true);
    expect(renderFaults([result], quickTimings)).toContain('| 3 | 0 | 0 | 2.00 s | 0.25 s | 0.10 s |');
  });

  it('is not flawless if a message was lost or arrived twice, or if the client has reported an error', () => {
    const lost = judge(complete.slice(1));
    const twice = judge([...complete, { number: 3, atMs: 4000 }]);
    const reported = judge(complete, ['The server no longer has what was missed.']);
    expect([lost.lost, twice.duplicated]).toEqual([1, 1]);
    expect([lost, twice, reported].map(isFlawless)).toEqual([false, false, false]);
  });
});
