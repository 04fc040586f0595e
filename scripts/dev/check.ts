/** `npm run check`: what CI checks before it starts services. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly fix: string;
}

const usage = `Usage: npm run check [-- --report FILE]

Checks the format, lint, the contracts and whether they break deployed clients, types and drift, and
runs the tests. A failed step does not stop
the others; at the end, there is a fix for each. Set SKIP_SERVICES=1 to leave out tests that may need a
service.

  --report FILE  also write vitest's JSON report to this file
  --help         print this help

The exit code is 1 if a step has failed, and 2 if the command line is invalid.
`;

/** Ends the process if there is nothing to check. */
function readArguments(): { readonly report?: string | undefined } {
  try {
    const { values } = parseArgs({ options: { report: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help !== true) return values;
    process.stdout.write(usage);
    process.exit(0);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${usage}`);
    process.exit(2);
  }
}

const { report } = readArguments();
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
  {
    name: 'breaking',
    command: ['npm', 'run', '--silent', 'breaking'],
    fix: 'keep what deployed clients need, or add an exception with its reason (docs/breaking.md)',
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
