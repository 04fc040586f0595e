/** `npm run chaos -- --help`: subjects servers and clients to failures, and checks what the clients received. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feedApp } from '../../test/feed-server/history/feed-app.ts';
import { shopApp } from '../../test/runtime/durable/history/shop-app.ts';
import { auctionApp } from '../../test/scripts/auction-history/auction-app.ts';
import type { AppUnderTest, Progress, RunResult } from '../../test/support/history/app-under-test.ts';
import {
  type AppName,
  type ChaosArguments,
  help,
  readChaosArguments,
  UsageError,
} from '../../test/support/history/chaos-arguments.ts';
import { chaosOf } from '../../test/support/history/delivery-chaos.ts';
import {
  hasPassed,
  type Outcome,
  renderDeliveries,
  renderFault,
  renderLatencies,
  renderSummary,
} from '../../test/support/history/summary.ts';
import { Findings } from '../../test/support/history/verdict.ts';
import { whyNoNetworks } from './services/distant-network.ts';

const apps: Readonly<Record<AppName, AppUnderTest>> = {
  feed: chaosOf(feedApp),
  shop: chaosOf(shopApp),
  auction: chaosOf(auctionApp),
};

/** How long clients may take, after the last failure, to receive what they must. */
const settleMs = 60_000;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const chaos = readChaosArguments(args, whyNoNetworks);
  if (chaos === null) {
    process.stdout.write(help);
    return 0;
  }
  if (chaos.action === 'print-schedule') {
    for (const seed of chaos.seeds) {
      print(JSON.stringify(apps[chaos.app].plan({ ...chaos.options, seed }).schedule, null, 2));
    }
    return 0;
  }
  if (chaos.noCuts !== null) print(`No network is cut: ${chaos.noCuts}.`);
  const outcomes = chaos.action === 'check' ? await checkFiles(chaos) : await runSeeds(chaos);
  process.stdout.write(`\n${renderSummary(outcomes)}`);
  return outcomes.every(hasPassed) ? 0 : 1;
}

async function checkFiles({ app, files }: ChaosArguments): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const file of files) {
    const { verdict, posts } = await apps[app].check(file);
    for (const fault of verdict.examples) print(`${file}: ${renderFault(fault)}`);
    print(`${file}: ${renderDeliveries(verdict)}`);
    outcomes.push({ name: file, verdict, posts, kills: 0, problems: [] });
  }
  return outcomes;
}

async function runSeeds({ app, seeds, options, keep }: ChaosArguments): Promise<readonly Outcome[]> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => interrupted.abort(new Error('The run was interrupted.')));
  }
  if (keep !== undefined) mkdirSync(keep, { recursive: true });
  const outcomes: Outcome[] = [];
  for (const seed of seeds) {
    const planned = apps[app].plan({ ...options, seed });
    print(`seed ${seed}: ${planned.schedule.steps.length} steps in ${options.durationMs / 1000} s`);
    const folder = mkdtempSync(join(tmpdir(), 'posted-chaos-'));
    try {
      const onProgress = (progress: Progress): void => print(`seed ${seed}: ${describe(progress)}`);
      const result = await planned.run({ folder, settleMs, onProgress, signal: interrupted.signal });
      const { verdict, problems, kills, posts } = result;
      outcomes.push({ name: String(seed), verdict, problems, kills, posts });
      if (result.latencies !== null) print(`seed ${seed}: ${renderLatencies(result.latencies)}`);
      await report(seed, result, keep);
      print(`seed ${seed}: ${renderDeliveries(verdict)}`);
    } catch (thrown) {
      if (interrupted.signal.aborted) throw thrown;
      const problem = `the run failed: ${messageOf(thrown)}`;
      print(`seed ${seed}: ${problem}`);
      const verdict = new Findings().verdict();
      outcomes.push({ name: String(seed), verdict, problems: [problem], kills: 0, posts: 0 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return outcomes;
}

function describe({ elapsedMs, posts, seen, kills }: Progress): string {
  return `${Math.round(elapsedMs / 1000)} s, ${posts} messages, received ${seen} times, ${kills} kills`;
}

async function report(seed: number, result: RunResult, keep: string | undefined): Promise<void> {
  const right = hasPassed(result);
  for (const fault of result.verdict.examples) print(`seed ${seed}: ${renderFault(fault)}`);
  for (const problem of result.problems.slice(0, maxProblems)) print(`seed ${seed}: ${problem}`);
  if (!right && result.log !== '')
    print(`seed ${seed}: the last lines of the servers' logs:\n${result.log.slice(-4096)}`);
  if (right && keep === undefined) return;
  const path = join(keep ?? mkdtempSync(join(tmpdir(), 'posted-chaos-kept-')), `history-${seed}.json`);
  await result.save(path);
  print(`seed ${seed}: the history was saved to ${path}`);
}

const maxProblems = 5;

function messageOf(thrown: unknown): string {
  // Something could not be stopped after the run had failed.
  if (thrown instanceof SuppressedError) return `${messageOf(thrown.suppressed)}\n${messageOf(thrown.error)}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Ends the process even if something that was not stopped keeps it running. */
function exitSoon(): void {
  const timer = setTimeout(() => {
    const active = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`chaos: the run is over, but these are still active: ${active}\n`);
    process.exit();
  }, exitTimeoutMs);
  timer.unref();
}

const exitTimeoutMs = 10_000;

const running = main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (thrown: unknown) => {
    const isUsage = thrown instanceof UsageError;
    process.stderr.write(isUsage ? `${messageOf(thrown)} See --help.\n` : `chaos: ${messageOf(thrown)}\n`);
    process.exitCode = isUsage ? 2 : 1;
  },
);
await running.finally(exitSoon);
