import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { machineCpuSeconds } from './process-cpu.ts';
import { round, type ServerProcess } from './support.ts';

/** The cost of a part of a run, for the server and the load generator separately. */
export interface Cost {
  readonly seconds: number;
  readonly server: {
    readonly cpuSeconds: number;
    readonly mainThreadCpuSeconds: number;
    /** The busiest thread other than the main one. */
    readonly storeThreadCpuSeconds: number;
  };
  /** A late event loop of the generator makes the reported times late, too. */
  readonly generator: { readonly cpuSeconds: number; readonly loopDelayP99Ms: number };
  /** The share of the cores used by everything else on the machine; a high share makes the times less reliable. */
  readonly elsewhereCpuSeconds: number;
  readonly cores: number;
}

/** Starts measuring; the returned function ends it. */
export function measureCost(server: ServerProcess): () => Cost {
  const startMs = performance.now();
  const machineBefore = machineCpuSeconds();
  const before = server.cpuByThread();
  const ownBefore = process.cpuUsage();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  return () => {
    delay.disable();
    const own = process.cpuUsage(ownBefore);
    const spent = [...server.cpuByThread()].map(([id, cpu]) => ({ id, cpu: cpu - (before.get(id) ?? 0) }));
    const serverCpu = spent.reduce((sum, { cpu }) => sum + cpu, 0);
    const ownCpu = (own.user + own.system) / 1e6;
    return {
      seconds: round((performance.now() - startMs) / 1000),
      server: {
        cpuSeconds: round(serverCpu),
        mainThreadCpuSeconds: round(spent.find(({ id }) => id === server.pid)?.cpu ?? 0),
        storeThreadCpuSeconds: round(
          Math.max(...spent.filter(({ id }) => id !== server.pid).map(({ cpu }) => cpu)),
        ),
      },
      generator: {
        cpuSeconds: round(ownCpu),
        loopDelayP99Ms: round(delay.percentile(99) / 1e6),
      },
      elsewhereCpuSeconds: round(Math.max(0, machineCpuSeconds() - machineBefore - serverCpu - ownCpu)),
      cores: availableParallelism(),
    };
  };
}
