import { readdirSync, readFileSync } from 'node:fs';
import { descendantsOf } from '../scripts/dev/services/process-tree.ts';

/** The CPU seconds of a process and of each of its children so far, by process id, in ticks of 10 ms (proc(5)). */
export function cpuByProcess(pid: number): ReadonlyMap<number, number> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? [];
  return new Map([pid, ...children.map(Number)].map((id) => [id, cpuOf(`/proc/${id}`)]));
}

/** The same for each of its threads, by thread id. */
export function cpuByThread(pid: number): ReadonlyMap<number, number> {
  const threads = readdirSync(`/proc/${pid}/task`);
  return new Map(threads.map((id) => [Number(id), cpuOf(`/proc/${pid}/task/${id}`)]));
}

/** The CPU seconds of a process and all its descendants so far, including those that have exited. */
export function cpuOfTree(pid: number): number {
  return [pid, ...descendantsOf(pid)].reduce((sum, id) => sum + cpuWithEnded(id), 0);
}

function cpuOf(folder: string): number {
  const { user, system } = readStat(folder);
  return (user + system) / 100;
}

/** 0 for a process that exits meanwhile: its parent accounts for it then. */
function cpuWithEnded(pid: number): number {
  try {
    const { user, system, endedUser, endedSystem } = readStat(`/proc/${pid}`);
    return (user + system + endedUser + endedSystem) / 100;
  } catch {
    return 0;
  }
}

/** The times of a process, and of its children that have exited, in ticks (proc(5)). */
function readStat(folder: string): Record<'user' | 'system' | 'endedUser' | 'endedSystem', number> {
  const stat = readFileSync(`${folder}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return { user, system, endedUser, endedSystem };
}

/** The time that all processors were neither idle nor waiting for a disk, in seconds. */
export function machineCpuSeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)
    .flatMap((line) => line.split(/\s+/).map(Number));
  return (user + nice + system + irq + softIrq) / 100;
}
