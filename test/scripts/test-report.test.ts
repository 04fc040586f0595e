import { describe, expect, it } from 'vitest';
import { countTests, type TestReport } from '../../scripts/dev/test-report.ts';

type File = TestReport['testResults'][number];

function file(name: string, statuses: readonly string[], status: File['status'] = 'passed'): File {
  return { name, status, assertionResults: statuses.map((each) => ({ status: each })) };
}

describe('the test reports of CI', () => {
  it('adds up the tests of several runs', () => {
    const reports = [
      { testResults: [file('a', ['passed', 'passed'])] },
      { testResults: [file('b', ['passed']), file('c', ['failed'], 'failed')] },
    ];
    expect(countTests(reports)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it('counts each file once, as its last run', () => {
    const first = { testResults: [file('a', ['passed', 'passed']), file('b', ['passed', 'skipped'])] };
    const second = { testResults: [file('b', ['passed', 'passed'])] };
    expect(countTests([first, second])).toEqual({ passed: 4, failed: 0, skipped: 0 });
  });

  it('counts skipped tests', () => {
    const reports = [{ testResults: [file('a', ['skipped', 'pending', 'todo'])] }];
    expect(countTests(reports)).toEqual({ passed: 0, failed: 0, skipped: 3 });
  });

  it('counts a file that could not be loaded as one failure', () => {
    const reports = [{ testResults: [file('a', [], 'failed'), file('b', ['failed', 'failed'], 'failed')] }];
    expect(countTests(reports)).toEqual({ passed: 0, failed: 3, skipped: 0 });
  });
});
