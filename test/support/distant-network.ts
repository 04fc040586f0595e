import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { requireService } from './services.ts';

/** A way to a server of this machine that leads through another network: what goes there can be dropped. */
export interface DistantNetwork {
  /** The address that stands for the server. */
  readonly host: string;
  readonly port: number;
  /** From now on every packet is lost, and nobody is told. */
  cut(): void;
  mend(): void;
}

const relay = join(import.meta.dirname, 'relay-process.ts');

/** Why tests with networks of their own are skipped; null where they are not. */
export const noNetworks = requireService('network namespaces (iproute2, as root)', canMakeNetworks());

function canMakeNetworks(): boolean {
  const name = `posted-probe-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'delete', name);
    return true;
  } catch {
    return false;
  }
}

/** Addresses for examples and tests of one's own (RFC 2544): two for each network of this process. */
let networks = 0;

/** Puts a network between a test and a port of 127.0.0.1; it goes with the test. */
export async function openDistantNetwork(port: number): Promise<DistantNetwork> {
  networks += 1;
  const name = `posted-${process.pid}-${networks}`;
  const [near, far] = [`v${process.pid}n${networks}`, `v${process.pid}f${networks}`];
  const subnet = `198.18.${process.pid % 250}.${networks * 4}`;
  const [here, there] = [1, 2].map((last) => subnet.replace(/\d+$/, (base) => String(Number(base) + last)));
  if (here === undefined || there === undefined) throw new TypeError('A network has two addresses.');
  ip('netns', 'add', name);
  onTestFinished(() => ip('netns', 'delete', name));
  ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
  ip('address', 'add', `${here}/30`, 'dev', near);
  ip('link', 'set', near, 'up');
  ip('-n', name, 'address', 'add', `${there}/30`, 'dev', far);
  ip('-n', name, 'link', 'set', far, 'up');
  // From the other network 127.0.0.1 of this one cannot be reached: the way has a stop on either side.
  await runRelay([], [here, port, '127.0.0.1', port]);
  await runRelay(['ip', 'netns', 'exec', name], [there, port, here, port]);
  const route = ['-n', name, 'route', 'add', 'blackhole', `${here}/32`];
  return {
    host: there,
    port,
    cut: () => ip(...route),
    mend: () => ip(...route.map((word) => (word === 'add' ? 'delete' : word))),
  };
}

async function runRelay(
  prefix: readonly string[],
  addresses: readonly (string | number)[],
): Promise<ChildProcess> {
  const [program = '', ...args] = [...prefix, process.execPath, relay, ...addresses.map(String)];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  await once(child.stdout, 'data');
  return child;
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
