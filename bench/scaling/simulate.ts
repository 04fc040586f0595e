/** What a size of the service needs, computed from what was measured. */
import { parseArgs } from 'node:util';
import { renderReport } from './report.ts';

const usage = `Usage: node bench/scaling/simulate.ts [--seed N]

Computes from units.json, beside this file, what the service needs as it grows, and prints it as the tables
of docs/scaling.md. How many readers authors have is drawn at random; the same seed (default 1) gives the
same output.
`;

try {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, help: { type: 'boolean', default: false } },
  });
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error('--seed takes a whole number below 1,000,000,000.');
  process.stdout.write(values.help ? usage : renderReport(Number(values.seed)));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 2;
}
