import { setTimeout as wait } from 'node:timers/promises';

/** Something that a server needs, or is better with. */
export interface Dependency {
  /** Resolves with whether it can be used now. A rejection means that it cannot. */
  isUp(): boolean | Promise<boolean>;
  /** Whether the server can do its work without it, if more slowly. */
  readonly isOptional?: boolean;
}

/** The answer of /readyz. */
export interface Readiness {
  readonly isReady: boolean;
  /** `degraded`: ready, but an optional dependency is down. */
  readonly status: 'ready' | 'degraded' | 'stopping' | 'not ready';
  readonly dependencies: Readonly<Record<string, 'up' | 'down'>>;
}

/** A dependency that has not answered after this time counts as down, because load balancers do not wait long. */
const timeoutMs = 2000;

/** Whether this server should get traffic: every required dependency is up, and it is not stopping. */
export async function checkReadiness(
  dependencies: Readonly<Record<string, Dependency>>,
  isStopping: boolean,
): Promise<Readiness> {
  const checks = await Promise.all(
    Object.entries(dependencies).map(async ([name, dependency]) => ({
      name,
      isOptional: dependency.isOptional ?? false,
      isUp: await isUpInTime(dependency),
    })),
  );
  const isReady = !isStopping && checks.every(({ isUp, isOptional }) => isUp || isOptional);
  const ready = checks.every(({ isUp }) => isUp) ? 'ready' : 'degraded';
  return {
    isReady,
    status: isReady ? ready : isStopping ? 'stopping' : 'not ready',
    dependencies: Object.fromEntries(checks.map(({ name, isUp }) => [name, isUp ? 'up' : 'down'])),
  };
}

async function isUpInTime(dependency: Dependency): Promise<boolean> {
  const answered = (async () => dependency.isUp())().catch(() => false);
  return await Promise.race([answered, wait(timeoutMs, false, { ref: false })]);
}
