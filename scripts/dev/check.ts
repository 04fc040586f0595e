/**
 * `npm run check`: what CI checks before it starts services (format, lint, contracts, types, drift, tests). A failed
 * step does not stop the others; the summary prints a fix for each. `--report FILE` writes vitest's JSON report.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly fix: string;
}

const { report } = parseArgs({ options: { report: { type: 'string' } } }).values;
const reporters =
  report === undefined ? [] : ['--reporter=default', '--reporter=json', `--outputFile=${report}`];

const steps: readonly Step[] = [
  { name: 'format', command: ['biome', 'check', '--error-on-warnings', '.'], fix: 'npm run format' },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'], fix: 'fix the reported problems' },
  {
    name: 'contracts',
    command: ['npm', 'run', '--silent', 'lint:contracts'],
    fix: 'correct openapi.yaml or asyncapi.json',
  },
  { name: 'types', command: ['tsc'], fix: 'fix the reported errors' },
  {
    name: 'drift',
    command: ['npm', 'run', '--silent', 'generate:check'],
    fix: 'npm run generate, then commit generated/',
  },
  { name: 'tests', command: ['vitest', 'run', ...reporters], fix: 'fix the code or the test' },
];

const failed: Step[] = [];
for (const step of steps) {
  const startMs = performance.now();
  process.stdout.write(`\n== ${step.name}: ${step.command.join(' ')}\n`);
  const [program, ...args] = step.command;
  // npm puts node_modules/.bin first on the PATH, so these are the pinned versions, Node included.
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error !== undefined) process.stderr.write(`${error.message}\n`);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(`== ${step.name}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s\n`);
  if (status !== 0) failed.push(step);
}

if (failed.length > 0) {
  process.stderr.write('\nTo fix:\n');
  for (const { name, fix } of failed) process.stderr.write(`  ${name}: ${fix}\n`);
  process.exitCode = 1;
}
