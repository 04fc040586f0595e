/** Reads vitest's JSON report and prints, as its last line, how many tests passed and failed. Skipped tests count as failed. */
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: ci-summary.ts <vitest JSON report>');
const report: Report = JSON.parse(readFileSync(path, 'utf8'));
const skipped = report.numPendingTests + report.numTodoTests;
if (skipped > 0) process.stdout.write(`${skipped} skipped: in CI none may be\n`);
// A file that does not even load fails as a suite without a test.
const failed = Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0) + skipped;
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1;
