import { parseArgs } from 'node:util';
import { brokerKinds, type ScheduleOptions } from './schedule.ts';

/** What the command line of the chaos runner asks for. */
export interface ChaosArguments {
  readonly action: 'run' | 'print-schedule' | 'check';
  /** One run for each. */
  readonly seeds: readonly number[];
  readonly options: Omit<ScheduleOptions, 'seed'>;
  /** Where histories are kept. Undefined: those with faults in a folder of their own. */
  readonly keep: string | undefined;
  /** The histories to check. */
  readonly files: readonly string[];
  /** Why nothing is cut off in this run, where it is not by wish; null otherwise. */
  readonly noCuts: string | null;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Runs the server and its clients through trouble, and checks what every client saw.

  npm run chaos -- [options]
  npm run chaos -- --nodes 3 --database postgres
  npm run chaos -- --check <history.json> ...

A server of its own is killed with kill -9 and started again on the same data, while authors post and
clients lose their connections, stall, stop reading, restart, stay away for longer than events are
kept, and gain and lose friends; once the epoch is bumped. Then a checker decides from the answers to
the requests and from what the applications saw: was anything lost, seen twice, out of order by author,
shown to one who was no friend, or made up? The same seed and options give the same schedule.

Several nodes share one PostgreSQL and perhaps a broker, which are started in temporary folders, killed,
stopped, and cut off: for seconds every packet to them and from them is dropped. That takes a network
namespace for each, and so Linux, root and iproute2; elsewhere it is left out. The nodes are killed at
random and restarted in turn; posts go through all of them, a retry through another, and readers move
from one that dies to one that lives. After a quiet first fifth, which is measured apart, it is told how
long posts take to the applications at other nodes than the one they went through.

Options
  --seed <n>          the schedule's seed (default: 1)
  --seeds <a>..<b>    one run for each seed from a to b
  --minutes <m>       how long one run lasts (default: 1)
  --clients <c>       how many subscribers (default: 24)
  --rate <r>          posts per second, of all authors together (default: 60)
  --kill-every <s>    about how many seconds lie between two kill -9; 0 for none (default: 5)
  --nodes <n>         how many servers (default: 1)
  --database <d>      embedded (default, for one server) or postgres
  --broker <b>        none (default), redis, rabbitmq, kafka or nats
  --cuts              refuse to run where nothing can be cut off; --no-cuts: cut nothing off
  --keep <dir>        keep every history there (default: those with faults, in a folder of their own)
  --schedule          print the schedule as JSON, and do nothing
  --check             check histories that were kept
  --help              print this

Exit codes
  0  nothing was wrong
  1  something was, or a run could not be carried out
  2  the command line is wrong
`;

const options = {
  seed: { type: 'string' },
  seeds: { type: 'string' },
  minutes: { type: 'string', default: '1' },
  clients: { type: 'string', default: '24' },
  rate: { type: 'string', default: '60' },
  'kill-every': { type: 'string', default: '5' },
  nodes: { type: 'string', default: '1' },
  database: { type: 'string', default: 'embedded' },
  broker: { type: 'string', default: 'none' },
  cuts: { type: 'boolean' },
  keep: { type: 'string' },
  schedule: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * Null: help is asked for.
 *
 * @param whyNoNetworks tells why nothing can be cut off on this machine; null where it can
 * @throws UsageError
 */
export function readChaosArguments(
  args: readonly string[],
  whyNoNetworks: () => string | null,
): ChaosArguments | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  if (!values.check && positionals.length > 0) throw new UsageError('Files go with --check.');
  if (values.check && positionals.length === 0) throw new UsageError('--check needs a file.');
  if (values.seed !== undefined && values.seeds !== undefined) {
    throw new UsageError('--seed and --seeds: one of them is enough.');
  }
  const cluster = readCluster(values);
  const isEmbedded = cluster.database === 'embedded';
  if (values.cuts && isEmbedded) throw new UsageError('--cuts needs --database postgres.');
  const noCuts = isEmbedded || values.cuts === false || values.check ? null : whyNoNetworks();
  if (values.cuts && noCuts !== null) throw new UsageError(`--cuts: ${noCuts}.`);
  return {
    action: values.check ? 'check' : values.schedule ? 'print-schedule' : 'run',
    seeds: readSeeds(values.seeds ?? values.seed ?? '1'),
    options: {
      durationMs: readNumber('--minutes', values.minutes, 0.05, 1440) * 60_000,
      clients: Math.floor(readNumber('--clients', values.clients, 1, 10_000)),
      rate: readNumber('--rate', values.rate, 0.1, 10_000),
      killEveryMs:
        values['kill-every'] === '0'
          ? 0
          : readNumber('--kill-every', values['kill-every'], 0.5, 86_400) * 1000,
      ...cluster,
      cuts: !isEmbedded && values.cuts !== false && noCuts === null,
    },
    keep: values.keep,
    files: positionals,
    noCuts,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true });
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function readCluster(values: {
  readonly nodes: string;
  readonly database: string;
  readonly broker: string;
}): Pick<ScheduleOptions, 'nodes' | 'database' | 'broker'> {
  const { database } = values;
  const nodes = Math.floor(readNumber('--nodes', values.nodes, 1, 64));
  const broker = brokerKinds.find((kind) => kind === values.broker);
  if (broker === undefined) throw new UsageError(`--broker is one of ${brokerKinds.join(', ')}.`);
  if (database !== 'embedded' && database !== 'postgres') {
    throw new UsageError('--database is embedded or postgres.');
  }
  if (nodes > 1 && database === 'embedded') throw new UsageError('Several nodes need --database postgres.');
  if (nodes === 1 && broker !== 'none') throw new UsageError('A broker is for several nodes: see --nodes.');
  return { nodes, database, broker };
}

const maxSeeds = 10_000;

function readSeeds(text: string): readonly number[] {
  const [, first = '', last = first] = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (first === '' || count < 1 || count > maxSeeds) {
    throw new UsageError('A seed is a whole number, and --seeds two of them, such as 1..20.');
  }
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

function readNumber(name: string, text: string, min: number, max: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= min && number <= max) return number;
  throw new UsageError(`${name} is no number from ${min} to ${max}.`);
}
