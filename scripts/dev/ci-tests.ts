/**
 * For CI, from vitest's JSON reports:
 *
 *     ci-tests.ts to-repeat <report>          prints the files of which not all tests passed, one per line
 *     ci-tests.ts summary <report> <report>   prints how many tests passed and failed in the last run of their file
 */
import { countTests, filesToRepeat, readTestReport } from './test-report.ts';

const [action, ...paths] = process.argv.slice(2);
const reports = paths.map(readTestReport);
const [first] = reports;
if (first === undefined || (action !== 'to-repeat' && action !== 'summary')) {
  throw new Error('usage: ci-tests.ts to-repeat|summary <vitest JSON report> ...');
}

if (action === 'to-repeat') {
  for (const file of filesToRepeat(first)) process.stdout.write(`${file}\n`);
} else {
  const { passed, failed, skipped } = countTests(reports);
  if (skipped > 0) process.stdout.write(`${skipped} skipped, which is not allowed in CI\n`);
  // Skipped tests count as failed.
  process.stdout.write(`${passed} passed, ${failed + skipped} failed\n`);
  process.exitCode = failed + skipped === 0 && passed > 0 ? 0 : 1;
}
