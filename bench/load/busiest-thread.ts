import { cpuByProcess, cpuByThread } from '../process-cpu.ts';

/**
 * Starts measuring the threads of a process and of its child processes; the returned function returns the share
 * (0 to 1) that the busiest thread has in the CPU time of all of them since; 0 if they used none.
 */
export function measureBusiestThread(pid: number): () => number {
  const before = read(pid);
  return () => {
    const after = read(pid);
    return busiestShare([...after].map(([id, cpu]) => cpu - (before.get(id) ?? 0)));
  };
}

/** The share of the largest value in the sum; 0 for an empty list. */
export function busiestShare(spent: readonly number[]): number {
  const total = spent.reduce((sum, cpu) => sum + cpu, 0);
  return total === 0 ? 0 : Math.max(...spent) / total;
}

/** CPU seconds by thread id, which is unique on the machine. */
function read(pid: number): ReadonlyMap<number, number> {
  return new Map([...cpuByProcess(pid).keys()].flatMap((id) => [...cpuByThread(id)]));
}
