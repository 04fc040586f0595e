import { readFileSync } from 'node:fs';

/** A JSON report of vitest: the parts that CI needs. */
export interface TestReport {
  readonly testResults: readonly FileResult[];
}

interface FileResult {
  /** The path of the file. */
  readonly name: string;
  /** `failed` also if the file could not be loaded and has no tests. */
  readonly status: 'passed' | 'failed';
  readonly assertionResults: readonly { readonly status: string }[];
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function readTestReport(path: string): TestReport {
  return JSON.parse(readFileSync(path, 'utf8')) as TestReport;
}

/** Counts the tests of several runs. Of a file that ran more than once, the last run counts. */
export function countTests(reports: readonly TestReport[]): TestCounts {
  const files = new Map(reports.flatMap(({ testResults }) => testResults.map((file) => [file.name, file])));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of files.values()) {
    let failed = 0;
    for (const each of assertionResults) {
      if (each.status === 'passed') counts.passed += 1;
      else if (each.status === 'failed') failed += 1;
      else counts.skipped += 1;
    }
    counts.failed += status === 'failed' ? Math.max(1, failed) : failed;
  }
  return counts;
}
