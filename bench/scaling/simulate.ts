/** Computes what a service of a given size needs, from measured units. */
import { parseArgs } from 'node:util';
import { renderReport } from './report.ts';

const usage = `Usage: node bench/scaling/simulate.ts [--seed N]

Computes what a growing service needs from units.json in this folder, and prints the tables of
docs/scaling.md. The numbers of readers of authors are random; the same seed (default 1) gives the same
output.
`;

try {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, help: { type: 'boolean', default: false } },
  });
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error('--seed must be an integer below 1,000,000,000.');
  process.stdout.write(values.help ? usage : renderReport(Number(values.seed)));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 2;
}
