import { readdirSync, readFileSync } from 'node:fs';

/**
 * The ids of all descendants of a process, from Linux's /proc; empty on other systems. It looks at every process,
 * because the kernel omits others from a process's list of children while one of them exits (proc_pid_task(5)).
 */
export function descendantsOf(pid: number): readonly number[] {
  const childrenOf = Map.groupBy(processIds(), (id) => Number(statOf(id)?.parent));
  const collect = (parent: number): readonly number[] =>
    (childrenOf.get(parent) ?? []).flatMap((child) => [child, ...collect(child)]);
  return collect(pid);
}

/** Whether the process exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
  } catch {
    return [];
  }
}

/** The fields of a process after its name, which may contain anything; null if it does not exist. */
function statOf(pid: number): { readonly state: string; readonly parent: string } | null {
  try {
    const [state = '', parent = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state, parent };
  } catch {
    return null;
  }
}
