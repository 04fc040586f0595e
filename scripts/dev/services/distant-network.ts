import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import type { EngineCommand } from './engine-spec.ts';

/** A network namespace for one engine, whose connection to this machine can be cut. */
export interface DistantNetwork {
  /** The engine's address, both inside and from this machine. */
  readonly host: string;
  /** The command that runs `command` inside the network. */
  enter(command: EngineCommand): EngineCommand;
  /** Silently drops every packet to and from the engine until `restore`. */
  cut(): void;
  restore(): void;
  /** Deletes the network. End its processes first. */
  close(): void;
}

/** The number of /30 subnets in 198.18.0.0/15, which is reserved for tests (RFC 2544). */
const subnets = 2 ** 15;

/** @throws Error if the system or the user cannot create network namespaces */
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
    // A permanent neighbor entry: otherwise ARP fails during a cut, and connections fail with EHOSTUNREACH.
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
    // Without its address, the interface neither accepts nor sends packets. A blackhole route would only stop
    // outgoing ones.
    cut: () => inside(...address.with(1, 'delete')),
    restore: () => inside(...address),
    close,
  };
}

/** Why network namespaces cannot be used here; null if they can. */
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
