import { readFileSync } from 'node:fs';
import { cpuByProcess } from '../process-cpu.ts';

/** The resources used by a part of a run. */
export interface Usage {
  readonly seconds: number;
  /** Includes all threads and child processes. */
  readonly serverCpuSeconds: number;
  readonly generatorCpuSeconds: number;
}

/** Starts measuring; the returned function returns what was used since. */
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

/** The resident memory of a process and its children, in MB (2^20 bytes). */
export function rssMb(pid: number): number {
  const kilobytes = [...cpuByProcess(pid).keys()].map((id) =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]),
  );
  return kilobytes.reduce((sum, size) => sum + size, 0) / 1024;
}
