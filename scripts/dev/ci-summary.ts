/** Prints how many tests of a vitest JSON report passed and failed, in its last line. Skipped tests count as failed. */
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
if (skipped > 0) process.stdout.write(`${skipped} skipped, which is not allowed in CI\n`);
// A file that fails to load counts as a failed suite without tests.
const failed = Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0) + skipped;
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1;
