import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { machineCpuSeconds } from './process-cpu.ts';
import { round, type ServerProcess } from './support.ts';

/** What a stretch of a run has cost, the server and the load generator apart. */
export interface Cost {
  readonly seconds: number;
  readonly server: {
    readonly cpuSeconds: number;
    readonly mainThreadCpuSeconds: number;
    /** Of the busiest thread beside the main one. */
    readonly storeThreadCpuSeconds: number;
  };
  /** Where its event loop is late, so are the times that it reports. */
  readonly generator: { readonly cpuSeconds: number; readonly loopDelayP99Ms: number };
  /** What everything else on the machine has used of its cores meanwhile: the times are worth less where it is much. */
  readonly elsewhereCpuSeconds: number;
  readonly cores: number;
}

/** Starts to measure; the function that is returned ends it. */
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
