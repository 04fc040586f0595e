import { availableParallelism } from 'node:os';
import { cpuOfTree, machineCpuSeconds } from '../process-cpu.ts';

/** How the CPU time of the machine was divided, in seconds. */
export interface Parts {
  readonly seconds: number;
  /** By server, including its child processes. */
  readonly servers: readonly number[];
  readonly database: number;
  readonly generator: number;
  /** Everything else on the machine; if it is large, the run is less reliable. */
  readonly elsewhere: number;
  /** What all cores together were idle. */
  readonly idle: number;
}

/** Starts measuring; the returned function ends it. */
export function measureParts(
  servers: readonly { readonly pid: number }[],
  database: { cpuSeconds(): number },
): () => Parts {
  const read = () => {
    const { user, system } = process.cpuUsage();
    return {
      seconds: performance.now() / 1000,
      machine: machineCpuSeconds(),
      servers: servers.map(({ pid }) => cpuOfTree(pid)),
      database: database.cpuSeconds(),
      generator: (user + system) / 1e6,
    };
  };
  const before = read();
  return () => {
    const after = read();
    const seconds = after.seconds - before.seconds;
    const spent = after.servers.map((cpu, server) => cpu - (before.servers[server] ?? 0));
    const machine = after.machine - before.machine;
    const inDatabase = after.database - before.database;
    const generator = after.generator - before.generator;
    return {
      seconds,
      servers: spent,
      database: inDatabase,
      generator,
      elsewhere: Math.max(0, machine - sum(spent) - inDatabase - generator),
      idle: Math.max(0, availableParallelism() * seconds - machine),
    };
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
