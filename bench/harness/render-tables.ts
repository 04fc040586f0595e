import { formatMetric, formatNumber } from './format.ts';
import { table } from './markdown-table.ts';
import type { Machine, Results, ScenarioResult, SubjectResult, Summary, TargetResult } from './results.ts';
import type { Target } from './scenario.ts';

/** Renders all results in Markdown, with a section per scenario. `plots` is the path of the plots' folder, with a slash. */
export function renderTables(results: Results, plots = ''): string {
  const { machine, rounds, quick, startedAt, seconds, scenarios } = results;
  const minutes = Math.max(1, Math.round(seconds / 60));
  const about =
    `Medians of ${rounds} ${rounds === 1 ? 'round' : 'interleaved rounds'}${quick ? ' of the quick run' : ''} ` +
    `with all turns; minimum and maximum in parentheses. Run on ${startedAt.slice(0, 10)} in ${minutes} min.`;
  const sections = scenarios.map((scenario) => renderScenario(scenario, plots));
  return `${[about, renderMachine(machine), ...renderAllTargets(scenarios), ...sections].join('\n\n')}\n`;
}

function renderAllTargets(scenarios: readonly ScenarioResult[]): readonly string[] {
  const rows = scenarios.flatMap((scenario) =>
    targetRows(scenario).map(([target = '', ...others]) => [`${scenario.title}. ${target}`, ...others]),
  );
  return rows.length === 0 ? [] : ['## Targets', table(targetHeader, rows)];
}

function renderMachine({ cpu, cores, memoryGb, kernel, node, commit, versions }: Machine): string {
  const others = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const parts = [`${cores} x ${cpu}`, `${memoryGb} GB`, kernel, `Node ${node}`, ...others];
  return `Machine and versions: ${parts.join('; ')}; commit ${commit ?? 'unknown'}.`;
}

function renderScenario(scenario: ScenarioResult, plots: string): string {
  const { name, title, about, metrics, subjects, targets } = scenario;
  const [first] = metrics;
  const reference = subjects[0];
  const header = [
    '',
    ...metrics.map(formatMetric),
    ...(reference === undefined || first === undefined ? [] : [`${first.title}, x ${reference.title}`]),
  ];
  const rows = subjects
    .filter(({ notRun }) => notRun === null)
    .map((subject) => [
      subject.title,
      ...metrics.map((metric) => cell(subject, metric.name, metric === first)),
      ...(subject.ratio === null ? ['-'] : [formatNumber(subject.ratio.median)]),
    ]);
  const notes = subjects.flatMap(({ title: subject, notRun, wrong }) => [
    ...(notRun === null ? [] : [`Left out: ${subject}, because ${notRun}.`]),
    ...wrong.map((reason) => `Void: ${subject}: ${reason}.`),
  ]);
  return [
    `## ${title}`,
    about,
    table(header, rows),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
    ...(targets.length === 0 ? [] : [table(targetHeader, targetRows(scenario))]),
    `![${title}](${plots}${name}.svg)`,
  ].join('\n\n');
}

function cell({ values }: SubjectResult, metric: string, withSpread: boolean): string {
  const summary = values[metric];
  if (summary === undefined) return '-';
  return withSpread ? spread(summary) : formatNumber(summary.median);
}

function spread({ median, min, max }: Summary): string {
  const middle = formatNumber(median);
  return min < max ? `${middle} (${formatNumber(min)} to ${formatNumber(max)})` : middle;
}

const targetHeader = ['target', 'measured', 'verdict'];

function targetRows({ metrics, subjects, targets }: ScenarioResult): readonly (readonly string[])[] {
  const titleOf = (name: string) => subjects.find((subject) => subject.name === name)?.title ?? name;
  return targets.map((target: TargetResult) => {
    const metric = metrics.find(({ name }) => name === target.metric)?.title ?? target.metric;
    const measured = target.measured === null ? '-' : spread(target.measured);
    return [`${titleOf(target.subject)}, ${metric}: ${bound(target, titleOf)}`, measured, target.verdict];
  });
}

function bound({ against, atMost, atLeast }: Target, titleOf: (name: string) => string): string {
  const times = against === undefined ? '' : ` x ${titleOf(against)}`;
  return [
    ...(atMost === undefined ? [] : [`at most ${formatNumber(atMost)}${times}`]),
    ...(atLeast === undefined ? [] : [`at least ${formatNumber(atLeast)}${times}`]),
  ].join(', ');
}
