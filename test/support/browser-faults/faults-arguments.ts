import { parseArgs } from 'node:util';
import { UsageError } from '../history/chaos-arguments.ts';
import type { Fault, FaultTimings } from './fault.ts';
import { faults } from './faults.ts';

/** The command line of `npm run faults`. */
export interface FaultsArguments {
  readonly faults: readonly Fault[];
  readonly timings: FaultTimings;
}

/** What a client and a server do by default. */
const defaultTimings: FaultTimings = {
  reconnect: null,
  webSocketRetryMs: 60_000,
  heartbeatMs: 15_000,
  outageMs: 10_000,
  suspensionMs: 40_000,
  replayed: 10_000,
  publishEveryMs: 50,
};

/** The same faults in seconds. */
export const quickTimings: FaultTimings = {
  reconnect: { baseMs: 20, maxMs: 200 },
  webSocketRetryMs: 500,
  heartbeatMs: 1000,
  outageMs: 1000,
  suspensionMs: 3000,
  replayed: 1000,
  publishEveryMs: 100,
};

export const help = `Subjects the client in Chromium to faults, and checks what it receives.

  npm run faults
  npm run faults -- --quick --only "half-open, sleep"

Starts a server, Chromium and a proxy between them. A tab with a cursor in localStorage reads a feed on
which a numbered message is published every 50 ms, before, during and after the fault. Prints a table in
Markdown: how many messages were published, how many were lost or arrived twice, how long the fault
lasted, how long after its beginning the client noticed it (its status was not "open" any more), and how
late the latest message was: after it was published, or after the end of the fault during which it was.

Options
  --only   the names of faults, separated by commas (default: all)
  --quick  short intervals: a heartbeat of 1 s instead of 15 s, and so on
  --help   print this help

Faults
${faults.map(({ name, how }) => `  ${name.padEnd(20)}${how(defaultTimings)}`).join('\n')}

Exit codes
  0  every message has arrived once, and no client has reported an error
  1  messages were lost or arrived twice, a client has reported an error, or a fault could not be caused
  2  invalid command line
`;

/**
 * Returns null for --help.
 *
 * @throws UsageError
 */
export function readFaultsArguments(args: readonly string[]): FaultsArguments | null {
  const { values } = parse(args);
  if (values.help) return null;
  const names = values.only?.split(',').map((name) => name.trim()) ?? faults.map(({ name }) => name);
  const unknown = names.find((name) => !faults.some((fault) => fault.name === name));
  if (unknown !== undefined) throw new UsageError(`--only: there is no fault "${unknown}".`);
  return {
    faults: faults.filter(({ name }) => names.includes(name)),
    timings: values.quick ? quickTimings : defaultTimings,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
