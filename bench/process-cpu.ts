import { readdirSync, readFileSync } from 'node:fs';

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

function cpuOf(folder: string): number {
  const stat = readFileSync(`${folder}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The time that all processors were neither idle nor waiting for a disk, in seconds. */
export function machineCpuSeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)
    .flatMap((line) => line.split(/\s+/).map(Number));
  return (user + nice + system + irq + softIrq) / 100;
}
