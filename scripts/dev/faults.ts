/** `npm run faults -- --help`: subjects the client in Chromium to faults, and checks what it receives. */
import { type FaultResult, isFlawless } from '../../test/support/browser-faults/fault-result.ts';
import { renderFaults } from '../../test/support/browser-faults/fault-table.ts';
import { startFaultWorld } from '../../test/support/browser-faults/fault-world.ts';
import {
  type FaultsArguments,
  help,
  readFaultsArguments,
} from '../../test/support/browser-faults/faults-arguments.ts';
import { chromiumSkipped } from '../../test/support/chromium.ts';
import { UsageError } from '../../test/support/history/chaos-arguments.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const progress = (text: string): void => void process.stderr.write(`${text}\n`);

/** Resolves with the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const run = readFaultsArguments(args);
  if (run === null) {
    process.stdout.write(help);
    return 0;
  }
  if (chromiumSkipped !== null) throw new Error(`Chromium is required: ${chromiumSkipped}`);
  const { results, failed } = await runFaults(run);
  print(renderFaults(results, run.timings));
  return failed === 0 && results.every(isFlawless) ? 0 : 1;
}

/** One after another, so that none disturbs what another one measures. */
async function runFaults({ faults, timings }: FaultsArguments) {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const results: FaultResult[] = [];
  let failed = 0;
  await using world = await startFaultWorld(timings, interrupted.signal);
  for (const fault of faults) {
    progress(`${fault.name}: ${fault.how(timings)}`);
    try {
      const result = await world.run(fault);
      results.push(result);
      const { published, lost, duplicated, problems } = result;
      progress(`${fault.name}: ${published} messages, ${lost} lost, ${duplicated} twice`);
      for (const problem of problems) progress(`${fault.name}: the client reported: ${problem}`);
    } catch (thrown) {
      failed += 1;
      interrupted.signal.throwIfAborted();
      progress(`${fault.name}: the run failed: ${messageOf(thrown)}`);
    }
  }
  return { results, failed };
}

function messageOf(thrown: unknown): string {
  // A publisher that has failed is also what the run waited for in vain.
  if (thrown instanceof SuppressedError) return `${messageOf(thrown.suppressed)}; ${messageOf(thrown.error)}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const isUsage = thrown instanceof UsageError;
  const message = messageOf(thrown);
  progress(isUsage ? `${message} See --help.` : `faults: ${message}`);
  process.exitCode = isUsage ? 2 : 1;
}
