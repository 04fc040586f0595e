import type { Scenario } from './scenario.ts';

export interface Choice {
  /** Empty for all but those that are measured by name. */
  readonly scenarios: readonly string[];
  /** Null for all. */
  readonly peers: readonly string[] | null;
}

/**
 * The scenarios of these names, with the subjects that are among the chosen peers or are not peers, and the
 * targets that concern only them.
 *
 * @throws Error for an unknown name
 */
export function choose(
  all: readonly Scenario[],
  allPeers: readonly string[],
  { scenarios, peers }: Choice,
): readonly Scenario[] {
  refuseUnknown(
    'scenario',
    scenarios,
    all.map(({ name }) => name),
  );
  refuseUnknown('peer', peers ?? [], allPeers);
  const isChosen = (subject: string) =>
    peers === null || peers.includes(subject) || !allPeers.includes(subject);
  return all
    .filter(({ name, byName = false }) => (scenarios.length === 0 ? !byName : scenarios.includes(name)))
    .map((scenario) => {
      const subjects = scenario.subjects.filter(({ name }) => isChosen(name));
      const has = (subject: string) => subjects.some(({ name }) => name === subject);
      const targets = scenario.targets.filter(
        ({ subject, against = subject }) => has(subject) && has(against),
      );
      return { ...scenario, subjects, targets };
    })
    .filter(({ subjects }) => subjects.length > 0);
}

function refuseUnknown(kind: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`Unknown ${kind} ${unknown}. Known: ${known.join(', ')}.`);
}
