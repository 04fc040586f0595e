import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import type { EngineCommand } from './engine-spec.ts';

/** A network with one engine in it, whose way to this machine can be cut. */
export interface DistantNetwork {
  /** The engine's address, for itself and for this machine. */
  readonly host: string;
  /** What runs a command in it. */
  enter(command: EngineCommand): EngineCommand;
  /** From now on every packet to the engine and from it is lost, and nobody is told. */
  cut(): void;
  mend(): void;
  /** Removes it; what runs in it is to be ended before. */
  close(): void;
}

/** Subnets of four addresses in 198.18.0.0/15, which is for tests (RFC 2544). */
const subnets = 2 ** 15;

/** @throws Error where this system, or its user, cannot have networks of their own */
export function openDistantNetwork(): DistantNetwork {
  const id = randomInt(subnets);
  const [name, near, far] = [`posted-${id}`, `posted${id}n`, `posted${id}f`];
  const [here, host] = [addressOf(id, 1), addressOf(id, 2)];
  const mac = '02:00:00:00:00:01';
  const address = ['address', 'add', `${host}/30`, 'dev', far];
  const inside = (...args: readonly string[]): void => ip('-n', name, ...args);

  ip('netns', 'add', name);
  const close = (): void => ip('netns', 'delete', name);
  try {
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'address', mac, 'netns', name);
    ip('address', 'add', `${here}/30`, 'dev', near);
    ip('link', 'set', near, 'up');
    // Known for good: else this machine would ask who has the address, and say that there is no such host.
    ip('neighbour', 'add', host, 'lladdr', mac, 'dev', near, 'nud', 'permanent');
    inside('link', 'set', 'lo', 'up');
    inside(...address);
    inside('link', 'set', far, 'up');
  } catch (thrown) {
    close();
    throw thrown;
  }
  return {
    host,
    enter: ({ program, args, owner, ...rest }) => ({
      program: 'nsenter',
      args: [
        `--net=/run/netns/${name}`,
        ...(owner === undefined ? [] : [`--setuid=${owner.uid}`, `--setgid=${owner.gid}`]),
        '--',
        program,
        ...args,
      ],
      ...rest,
    }),
    // Without its address nothing that comes is for it, and nothing can leave. A blackhole route would stop
    // only what leaves.
    cut: () => inside(...address.with(1, 'delete')),
    mend: () => inside(...address),
    close,
  };
}

/** Why there can be no such networks here; null where there can. */
export function whyNoNetworks(): string | null {
  try {
    openDistantNetwork().close();
    execFileSync('nsenter', ['--version'], { stdio: 'ignore' });
    return null;
  } catch (thrown) {
    const [reason = ''] = (thrown instanceof Error ? thrown.message : String(thrown))
      .trim()
      .split('\n')
      .slice(-1);
    return `network namespaces need root, iproute2 and util-linux: ${reason}`;
  }
}

function addressOf(subnet: number, last: number): string {
  const bits = subnet * 4 + last;
  return `198.${18 + (bits >> 16)}.${(bits >> 8) & 255}.${bits & 255}`;
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
