/**
 * For CI:
 *
 *     ci-tests.ts service-tests           prints the test files that may need a service, one per line
 *     ci-tests.ts summary <report> ...    prints how many tests passed and failed in vitest's JSON reports
 */
import { serviceTests } from '../../test/support/service-tests.ts';
import { countTests, readTestReport } from './test-report.ts';

const [action, ...paths] = process.argv.slice(2);

if (action === 'service-tests') {
  for (const file of serviceTests()) process.stdout.write(`${file}\n`);
} else if (action === 'summary' && paths.length > 0) {
  const { passed, failed, skipped } = countTests(paths.map(readTestReport));
  if (skipped > 0) process.stdout.write(`${skipped} skipped, which is not allowed in CI\n`);
  // Skipped tests count as failed.
  process.stdout.write(`${passed} passed, ${failed + skipped} failed\n`);
  process.exitCode = failed + skipped === 0 && passed > 0 ? 0 : 1;
} else {
  throw new Error('usage: ci-tests.ts service-tests | ci-tests.ts summary <vitest JSON report> ...');
}
