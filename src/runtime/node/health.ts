import { setTimeout as wait } from 'node:timers/promises';
import type { Mount } from '../rest/app.ts';

/** Something that a server needs, or that makes it better. */
export interface Dependency {
  /** Whether it can be used now. A rejection means that it cannot. */
  isUp(): boolean | Promise<boolean>;
  /** Whether the server also works without it, perhaps more slowly. */
  readonly isOptional?: boolean;
}

/** The answer of /readyz. */
export interface Readiness {
  readonly isReady: boolean;
  /** `degraded`: ready, but an optional dependency is down. */
  readonly status: 'ready' | 'degraded' | 'stopping' | 'not ready';
  readonly dependencies: Readonly<Record<string, 'up' | 'down'>>;
}

/** A dependency that does not answer within this time counts as down, because load balancers do not wait long. */
const timeoutMs = 2000;

/** A server is ready for traffic if it is not stopping and all required dependencies are up. */
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

/** /healthz, for restarts, and /readyz, for load balancers. */
export function createHealthMounts(
  dependencies: Readonly<Record<string, Dependency>>,
  isStopping: () => boolean,
): Readonly<Record<string, Mount>> {
  return {
    '/healthz': () => Response.json({ status: 'ok' }),
    async '/readyz'() {
      const { isReady, ...body } = await checkReadiness(dependencies, isStopping());
      return Response.json(body, { status: isReady ? 200 : 503 });
    },
  };
}

async function isUpInTime(dependency: Dependency): Promise<boolean> {
  const answered = (async () => dependency.isUp())().catch(() => false);
  return await Promise.race([answered, wait(timeoutMs, false, { ref: false })]);
}
