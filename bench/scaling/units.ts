import { readFileSync } from 'node:fs';

/** The cost of each unit, and the capacity of a machine. Shares are between 0 and 1. */
export interface Units {
  readonly deliveryCpuMicroseconds: number;
  readonly postCpuMicroseconds: number;
  readonly eventCpuMicroseconds: number;
  readonly pingCpuMicroseconds: number;
  readonly handshakeCpuMicroseconds: number;
  readonly connectionBytes: number;
  readonly friendBytes: number;
  readonly idleNodeBytes: number;
  readonly databaseBytesPerPost: number;
  readonly appendsPerSecond: number;
  readonly databaseReadsPerHandshake: number;
  readonly databaseReadsPerSecond: number;
  readonly brokerBytesPerSecond: number;
  readonly hintBytes: number;
  readonly pingIntervalSeconds: number;
  readonly retentionSeconds: number;
  readonly nodeMemoryBytes: number;
  readonly nodeCpuShare: number;
}

interface Unit {
  readonly value: number;
  /** The benchmark that measured it, or why it is assumed. */
  readonly source: string;
}

/** The units with their sources. */
export const sources = JSON.parse(readFileSync(new URL('units.json', import.meta.url), 'utf8')) as Readonly<
  Record<keyof Units, Unit>
>;

export const units = Object.fromEntries(
  Object.entries(sources).map(([name, { value }]) => [name, value]),
) as Readonly<Record<keyof Units, number>> satisfies Units;
