import { parseArgs } from 'node:util';

/** The parsed command line. */
export interface Arguments {
  /** By name; empty for the default scenarios. */
  readonly scenarios: readonly string[];
  readonly peers: readonly string[] | null;
  readonly rounds: number;
  readonly quick: boolean;
  readonly trial: boolean;
  readonly out: string | null;
  readonly report: string | null;
  readonly against: string | null;
  readonly list: boolean;
  readonly help: boolean;
}

const mostRounds = 99;

/** @throws Error with a message for the user if the command line is invalid */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      peers: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      trial: { type: 'boolean', default: false },
      out: { type: 'string' },
      report: { type: 'string' },
      against: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > mostRounds) {
    throw new Error(`--rounds must be an integer from 1 to ${mostRounds}.`);
  }
  return {
    ...values,
    scenarios: positionals,
    peers: values.peers?.split(',') ?? null,
    rounds,
    out: values.out ?? null,
    report: values.report ?? null,
    against: values.against ?? null,
  };
}

export const help = `Usage: npm run bench -- [scenario ...] [options]

Measures the server and, with the same work in the same run, alternatives that a user might choose. Each
server is a separate process on 127.0.0.1; its cost is read from /proc (Linux). All subjects of a
scenario take turns, and results are medians over all turns. The tables are printed to standard output
in Markdown, progress to standard error. The first run installs and builds the other servers; those that
cannot be built here are skipped.

  scenario ...         the scenarios to measure (default: all but those marked with * in the list)
  --list               list the names of scenarios and peers
  --peers a,b          only these servers, in scenarios that compare several
  --rounds N           rounds per subject (1 to ${mostRounds}; default 3, with --quick 1)
  --quick              under 3 minutes: shorter runs, and by default only some scenarios and peers
  --out DIR            write results.json, tables.md and a plot (SVG) per scenario to this folder
  --report FILE        write the tables between the markers <!-- results --> and <!-- /results --> of this
                       document, such as docs/performance.md, and the rest to the folder of its name
  --against FILE       compare with the results.json of an earlier run, by ratios to the same peers
  --trial              20 connections for a fraction of a second: tests the fan-out, the numbers mean nothing
  --help               print this help

A full run takes about 40 minutes on an otherwise idle machine with 2 cores, and needs
\`ulimit -n 18300\`. To measure a change, run \`npm run bench -- --quick --out before\` without it, then
\`npm run bench -- --quick --against before/results.json\` with it.

The exit code is 1 if a run is void, for example because a subscriber missed a post, and 2 if the command
line is invalid.
`;
