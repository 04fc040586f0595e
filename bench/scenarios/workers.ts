import { formatCount } from '../harness/format.ts';
import type { Metric, OpenSubject, Sample, Scenario, Subject } from '../harness/scenario.ts';
import { measureBusiestThread } from '../load/busiest-thread.ts';
import { tooManyConnections } from '../load/file-limit.ts';
import { fanOutMetrics } from '../load/measure-posts.ts';
import { type FanOut, openFanOut } from '../load/open-fan-out.ts';
import { createStore, type EngineName, engines, engineTitles, whyNoStore } from '../load/store.ts';
import { posted } from '../peers/posted.ts';
import { StartError } from '../peers/start-process.ts';
import type { Scale } from './fan-out-subject.ts';

const inFlight = 8;

const metrics: readonly Metric[] = [
  {
    name: 'perSecondOfBusiest',
    title: 'deliveries per CPU second of the busiest thread',
    unit: '1/s',
    better: 'higher',
  },
  { name: 'busiestPercent', title: 'busiest thread, share of the server', unit: '%', better: 'lower' },
  ...fanOutMetrics,
];

/** Measures whether two workers deliver more than one, on each engine. */
export function createWorkersScenarios(scale: Scale): readonly Scenario[] {
  const connections = Math.min(1000, scale.mostConnections);
  return engines.map((engine) => ({
    name: `workers-${engine}`,
    title: `Two workers and one: ${engineTitles[engine]}`,
    about: `Each of ${inFlight} writers sends a post once its previous one is answered and delivered to all ${formatCount(connections)} connections. The generator needs nearly a core itself, so on a machine with few cores, deliveries by the clock say nothing about workers. What counts is CPU time, which the generator does not use up: deliveries divided by the CPU seconds of the server's busiest thread are the rate at which this thread would be fully used if each thread had a core and nothing had to wait. With two workers, the rate grows only if they share the connections evenly, if a delivery costs each no more CPU, and if neither the store nor the primary becomes the busiest. With a core for each worker, the store, the database and the generator, the deliveries by the clock must show the same ratio.`,
    metrics,
    turns: 5,
    subjects: [1, 2].map((workers) => workersSubject({ workers, engine, connections }, scale)),
    targets: [{ metric: 'perSecondOfBusiest', subject: 'workers-2', against: 'workers-1', atLeast: 1.6 }],
  }));
}

interface Workers {
  readonly workers: number;
  readonly engine: EngineName;
  readonly connections: number;
}

function workersSubject({ workers, engine, connections }: Workers, scale: Scale): Subject {
  const settings = { WORKERS: String(workers) };
  return {
    name: `workers-${workers}`,
    title: workers === 1 ? 'one worker' : `${workers} workers`,
    connections,
    async prepare() {
      const reason = tooManyConnections(connections) ?? whyNoStore(engine);
      return reason ?? (engine === 'sqlite' ? await whyRefused(settings) : null);
    },
    async open({ quick }): Promise<OpenSubject> {
      const resources = new AsyncDisposableStack();
      try {
        const store = await createStore(engine);
        resources.defer(() => store.remove());
        const server = await posted.start({ ...store.settings, ...settings });
        resources.defer(() => server.stop());
        const { warmUpMs } = quick ? scale.quickPhases : scale.phases;
        const { dialect } = server;
        const fanOut = await openFanOut({ server, dialect, subscribers: connections, inFlight, warmUpMs });
        resources.defer(() => fanOut.end());
        return {
          measure: () => measure(fanOut, server.pid, quick ? scale.quickTurn : scale.turn),
          close: () => resources.disposeAsync(),
        };
      } catch (thrown) {
        await resources.disposeAsync();
        throw thrown;
      }
    },
  };
}

async function measure(fanOut: FanOut, pid: number, phases: Scale['turn']): Promise<Sample> {
  const endBusiest = measureBusiestThread(pid);
  const { values, wrong } = await fanOut.measure(phases);
  const share = endBusiest();
  const { cpuUs = Number.NaN } = values;
  return {
    values: { ...values, busiestPercent: share * 100, perSecondOfBusiest: 1e6 / (cpuUs * share) },
    wrong,
  };
}

/** The reason if the server does not start with these settings and the embedded store, otherwise null. */
async function whyRefused(settings: Readonly<Record<string, string>>): Promise<string | null> {
  try {
    const server = await posted.start(settings);
    await server.stop();
    return null;
  } catch (thrown) {
    if (!(thrown instanceof StartError)) throw thrown;
    return `the server refuses to start with WORKERS=${settings.WORKERS} on the embedded store: ${thrown.reason.replace(/\.$/, '')}`;
  }
}
