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

/** Measures whether two workers deliver more than one, on each engine, with one post at a time and with several. */
export function createWorkersScenarios(scale: Scale): readonly Scenario[] {
  const connections = Math.min(1000, scale.mostConnections);
  return engines.flatMap((engine): readonly Scenario[] => [
    {
      name: `workers-${engine}-x1`,
      title: `Two workers and one: ${engineTitles[engine]}, one post at a time`,
      about: `A post is sent once the previous one is answered and delivered to all ${formatCount(connections)} connections. The generator needs nearly a core itself, so on a machine with few cores, deliveries by the clock say nothing about workers. What counts is CPU time, which the generator does not use up: deliveries divided by the CPU seconds of the server's busiest thread are the rate at which this thread would be fully used if each thread had a core and nothing had to wait. With two workers, the rate grows only if they share the connections evenly, if a delivery costs each no more CPU, and if neither the store nor the primary becomes the busiest. With a core for each worker, the store, the database and the generator, the deliveries by the clock must show the same ratio.`,
      metrics,
      turns: 5,
      subjects: subjectsOf({ engine, connections, inFlight: 1 }, scale),
      targets: [{ metric: 'perSecondOfBusiest', subject: 'workers-2', against: 'workers-1', atLeast: 1.6 }],
    },
    {
      name: `workers-${engine}-x8`,
      title: `Two workers and one: ${engineTitles[engine]}, 8 posts in flight`,
      about: `Each of 8 writers sends a post once its previous one is answered and delivered to all ${formatCount(connections)} connections. Posts that arrive together leave in one write to each socket, so a delivery costs the less, the more of them come together. One worker that is busy all the time sees nearly all 8 together. Two workers that have to wait for a core see them in smaller groups and at different times, and a writer waits for the slower one: without a core for each thread, this measures the groups more than the workers.`,
      metrics,
      turns: 5,
      subjects: subjectsOf({ engine, connections, inFlight: 8 }, scale),
      targets: [],
    },
  ]);
}

interface Workers {
  readonly workers: number;
  readonly engine: EngineName;
  readonly connections: number;
  readonly inFlight: number;
}

function subjectsOf(options: Omit<Workers, 'workers'>, scale: Scale): readonly Subject[] {
  return [1, 2].map((workers) => workersSubject({ workers, ...options }, scale));
}

function workersSubject({ workers, engine, connections, inFlight }: Workers, scale: Scale): Subject {
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
