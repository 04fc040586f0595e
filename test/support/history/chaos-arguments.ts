import { parseArgs } from 'node:util';
import { brokerKinds, type ScheduleOptions } from './run-options.ts';

/** The command line of the chaos runner. */
export interface ChaosArguments {
  readonly action: 'run' | 'print-schedule' | 'check';
  readonly app: AppName;
  /** One run per seed. */
  readonly seeds: readonly number[];
  readonly options: Omit<ScheduleOptions, 'seed'>;
  /** The folder for all histories. Undefined: only those with faults are saved, in a temporary folder. */
  readonly keep: string | undefined;
  /** The histories to check. */
  readonly files: readonly string[];
  /** Why no network can be cut in this run; null if possible or not wanted. */
  readonly noCuts: string | null;
}

/** The applications whose servers and clients are disrupted. */
export const appNames = ['feed', 'shop', 'auction'] as const;
export type AppName = (typeof appNames)[number];

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Subjects the server and its clients to failures, and checks what every client saw.

  npm run chaos -- [options]
  npm run chaos -- --nodes 3 --database postgres
  npm run chaos -- --app shop --workers 2
  npm run chaos -- --app auction --nodes 3 --database postgres --broker nats
  npm run chaos -- --check <history.json> ...

Starts a server of its own, kills it with kill -9 and restarts it on the same data, while authors post and
clients lose connections, stall, stop reading, restart, stay away for longer than events are kept, and add
and remove friends; once, the epoch is bumped. A checker then decides, from the responses to the requests
and from what the applications saw, whether any post was lost, seen twice, seen out of order by author,
shown to somebody who was not a friend, or made up. The same seed and options give the same schedule.

--app shop does the same to a small application with durable channels of its own: orders and notes of shops,
placed over WebSocket and REST, in rooms, topics and groups of messages. What each of its readers received is
compared with the log in the database, by room, group, audience and the memberships at each event. --app auction does it to the auction that \`npm create posted --durable\` creates.

Several nodes share a PostgreSQL database and optionally a broker, which run in temporary folders and are
killed, suspended and cut off: for seconds, every packet to and from them is dropped. This takes network
namespaces, and therefore Linux, root and iproute2; without them, no network is cut. The nodes are killed
at random and restarted in turn. Posts go through all of them, retries through another one, and readers
reconnect to nodes that are alive. The first fifth of a run is undisturbed. The output includes how long
posts take to reach applications at other nodes, in the undisturbed and in the disrupted part.

Options
  --app <a>           feed (default), shop or auction
  --seed <n>          the seed of the schedule (default: 1)
  --seeds <a>..<b>    one run per seed from a to b
  --minutes <m>       the duration of a run (default: 1)
  --clients <c>       the number of subscribers (default: 24)
  --rate <r>          posts per second, by all authors together (default: 60; for the others 150)
  --kill-every <s>    the average seconds between two kill -9, 0 for none (default: 5)
  --nodes <n>         the number of servers (default: 1)
  --workers <w>       the number of worker processes of each server (default: 1, a server without workers)
  --database <d>      embedded (default; one server only) or postgres
  --broker <b>        none (default), redis, rabbitmq, kafka or nats
  --cuts, --no-cuts   refuse to run if no network can be cut; never cut one
  --pgbouncer         let the servers reach PostgreSQL through PgBouncer, in transaction mode
  --failover          give PostgreSQL a synchronous standby, kill it, and let the standby take over
  --isolate           cut single servers off from PostgreSQL, but not from their clients
  --keep <dir>        save every history in this folder (default: only those with faults, in a temporary one)
  --schedule          print the schedule as JSON and exit
  --check             check saved histories
  --help              print this help

Exit codes
  0  no faults
  1  faults, or a run failed
  2  invalid command line
`;

const options = {
  app: { type: 'string', default: 'feed' },
  seed: { type: 'string' },
  seeds: { type: 'string' },
  minutes: { type: 'string', default: '1' },
  clients: { type: 'string', default: '24' },
  rate: { type: 'string' },
  'kill-every': { type: 'string', default: '5' },
  nodes: { type: 'string', default: '1' },
  workers: { type: 'string', default: '1' },
  database: { type: 'string', default: 'embedded' },
  broker: { type: 'string', default: 'none' },
  cuts: { type: 'boolean' },
  pgbouncer: { type: 'boolean', default: false },
  failover: { type: 'boolean', default: false },
  isolate: { type: 'boolean', default: false },
  keep: { type: 'string' },
  schedule: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * Returns null for --help.
 *
 * @param whyNoNetworks returns why this machine cannot cut a network; null if it can
 * @throws UsageError
 */
export function readChaosArguments(
  args: readonly string[],
  whyNoNetworks: () => string | null,
): ChaosArguments | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  if (!values.check && positionals.length > 0) throw new UsageError('Files require --check.');
  if (values.check && positionals.length === 0) throw new UsageError('--check needs a file.');
  if (values.seed !== undefined && values.seeds !== undefined) {
    throw new UsageError('Use either --seed or --seeds, not both.');
  }
  const app = appNames.find((name) => name === values.app);
  if (app === undefined) throw new UsageError(`--app must be one of ${appNames.join(', ')}.`);
  const cluster = readCluster(values);
  const isEmbedded = cluster.database === 'embedded';
  for (const name of ['cuts', 'pgbouncer', 'failover', 'isolate'] as const) {
    if (values[name] && isEmbedded) throw new UsageError(`--${name} requires --database postgres.`);
  }
  const noCuts = isEmbedded || values.cuts === false || values.check ? null : whyNoNetworks();
  if (values.cuts && noCuts !== null) throw new UsageError(`--cuts: ${noCuts}.`);
  return {
    action: values.check ? 'check' : values.schedule ? 'print-schedule' : 'run',
    app,
    seeds: readSeeds(values.seeds ?? values.seed ?? '1'),
    options: {
      durationMs: readNumber('--minutes', values.minutes, 0.05, 1440) * 60_000,
      clients: Math.floor(readNumber('--clients', values.clients, 1, 10_000)),
      rate: readNumber('--rate', values.rate ?? defaultRates[app], 0.1, 10_000),
      killEveryMs:
        values['kill-every'] === '0'
          ? 0
          : readNumber('--kill-every', values['kill-every'], 0.5, 86_400) * 1000,
      workers: Math.floor(readNumber('--workers', values.workers, 1, 64)),
      ...cluster,
      cuts: !isEmbedded && values.cuts !== false && noCuts === null,
      pooler: values.pgbouncer,
      failovers: values.failover,
      isolations: values.isolate,
    },
    keep: values.keep,
    files: positionals,
    noCuts,
  };
}

const defaultRates: Readonly<Record<AppName, string>> = { feed: '60', shop: '150', auction: '150' };

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
  if (broker === undefined) throw new UsageError(`--broker must be one of ${brokerKinds.join(', ')}.`);
  if (database !== 'embedded' && database !== 'postgres') {
    throw new UsageError('--database must be embedded or postgres.');
  }
  if (nodes > 1 && database === 'embedded')
    throw new UsageError('Several nodes require --database postgres.');
  if (nodes === 1 && broker !== 'none') throw new UsageError('--broker requires several nodes: use --nodes.');
  return { nodes, database, broker };
}

const maxSeeds = 10_000;

function readSeeds(text: string): readonly number[] {
  const [, first = '', last = first] = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (first === '' || count < 1 || count > maxSeeds) {
    throw new UsageError('--seed must be an integer, and --seeds a range of integers such as 1..20.');
  }
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

function readNumber(name: string, text: string, min: number, max: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= min && number <= max) return number;
  throw new UsageError(`${name} must be a number from ${min} to ${max}.`);
}
