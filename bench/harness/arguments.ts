import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Arguments {
  /** By name; empty for those of the run. */
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

/** @throws Error for what is not understood; its message is for people */
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
    throw new Error(`--rounds takes a whole number from 1 to ${mostRounds}.`);
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

Measures the server, and on the same work and in the same run what a user might take instead. Each
server is a process of its own, on 127.0.0.1; what it costs is read from /proc (Linux). All subjects of
a scenario take turns, and results are medians over all turns. The tables go to standard output in
Markdown, progress goes to standard error. What other servers are made of is installed and built by the
first run; those that cannot be built here are left out.

  scenario ...         what to measure, by name (default: all)
  --list               tells the names of scenarios and peers
  --peers a,b          only these servers, where a scenario compares several
  --rounds N           how often each is run (1 to ${mostRounds}; default 3, with --quick 1)
  --quick              in under 3 minutes: a few scenarios and peers unless some are named, shorter runs
  --out DIR            writes results.json, tables.md and a plot of each scenario (SVG) into this folder
  --report FILE        puts the tables between the marks <!-- results --> and <!-- /results --> of this
                       document, as docs/performance.md has them, and the rest into the folder of its name
  --against FILE       compares with the results.json of an earlier run, by ratios to the same peers
  --trial              20 connections and a fraction of a second: tries the fan-out, its numbers mean nothing
  --help               this text

A full run takes about 40 minutes on a machine with 2 cores that does nothing else, and needs
\`ulimit -n 18300\`. To judge a change: \`npm run bench -- --quick --out before\` without it, then
\`npm run bench -- --quick --against before/results.json\` with it.

The exit code is 1 where a run is void, such as one in which a subscriber missed a post, and 2 where the
command line is wrong.
`;
