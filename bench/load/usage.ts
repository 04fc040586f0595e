import { readFileSync } from 'node:fs';
import { cpuByProcess } from '../process-cpu.ts';

/** What a stretch of a run has used. */
export interface Usage {
  readonly seconds: number;
  /** All threads and children. */
  readonly serverCpuSeconds: number;
  readonly generatorCpuSeconds: number;
}

/** Starts to measure; the function that is returned tells what was used since. */
export function measureUsage(pid: number): () => Usage {
  const startMs = performance.now();
  const serverBefore = serverCpu(pid);
  const ownBefore = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(ownBefore);
    return {
      seconds: (performance.now() - startMs) / 1000,
      serverCpuSeconds: serverCpu(pid) - serverBefore,
      generatorCpuSeconds: (user + system) / 1e6,
    };
  };
}

function serverCpu(pid: number): number {
  return [...cpuByProcess(pid).values()].reduce((sum, seconds) => sum + seconds, 0);
}

/** What a process and its children hold in memory, in MB (2^20 bytes). */
export function rssMb(pid: number): number {
  const kilobytes = [...cpuByProcess(pid).keys()].map((id) =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]),
  );
  return kilobytes.reduce((sum, size) => sum + size, 0) / 1024;
}
