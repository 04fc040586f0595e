import { help, readArguments } from './harness/arguments.ts';
import { choose } from './harness/choose.ts';
import { renderComparison } from './harness/compare.ts';
import { describeMachine } from './harness/machine.ts';
import { renderTables } from './harness/render-tables.ts';
import { faultsOf, type Results } from './harness/results.ts';
import { runScenarios } from './harness/run.ts';
import type { Scenario } from './harness/scenario.ts';
import { openReport, readResults, writeResults } from './harness/write-results.ts';
import { mostConnections } from './load/file-limit.ts';
import { peers } from './peers/index.ts';
import { fullScale, trialScale } from './scenarios/fan-out-subject.ts';
import { createScenarios, quickPeers, quickScenarios } from './scenarios/index.ts';
import { progress } from './support.ts';

process.exitCode = await run(process.argv.slice(2));

/** Resolves with the exit code. */
async function run(args: readonly string[]): Promise<number> {
  try {
    return await measure(args);
  } catch (thrown) {
    progress(thrown instanceof Error ? thrown.message : String(thrown));
    return 2;
  }
}

async function measure(args: readonly string[]): Promise<number> {
  const options = readArguments(args);
  const { rounds, quick } = options;
  const all = createScenarios(options.trial ? trialScale : fullScale);
  if (options.help) return print(help);
  if (options.list) {
    return print(`Scenarios (* only when named):\n${renderList(all)}\nPeers:\n${renderList(peers)}`);
  }
  const chosen = choose(
    all,
    peers.map(({ name }) => name),
    {
      scenarios: quick && options.scenarios.length === 0 ? quickScenarios : options.scenarios,
      peers: quick ? (options.peers ?? quickPeers) : options.peers,
    },
  );
  const report = options.report === null ? null : await openReport(options.report);
  const before = options.against === null ? null : await readResults(options.against);

  const started = new Date();
  const scenarios = await runScenarios(chosen, {
    rounds,
    quick,
    mostConnections: mostConnections(),
    progress,
  });
  const results: Results = {
    startedAt: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 1000),
    rounds,
    quick,
    machine: describeMachine(),
    scenarios,
  };
  print(renderTables(results));
  if (before !== null) print(`\n${renderComparison(before, results)}\n`);
  if (options.out !== null) await writeResults(options.out, results);
  await report?.write(results);
  const faults = faultsOf(scenarios);
  for (const fault of faults) progress(`void: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

function renderList(listed: readonly Pick<Scenario, 'name' | 'title' | 'byName'>[]): string {
  const rows = listed.map(
    ({ name, title, byName = false }) => `${byName ? '*' : ' '} ${name.padEnd(24)}${title}\n`,
  );
  return rows.join('');
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
