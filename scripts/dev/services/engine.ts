import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DistantNetwork } from './distant-network.ts';
import type { EngineCommand, EngineConfig, EngineSpec, TlsFiles } from './engine-spec.ts';
import { freePort } from './free-port.ts';
import { descendantsOf, isAlive } from './process-tree.ts';

/** A private engine with its own port and data folder. */
export interface Engine {
  readonly name: string;
  readonly url: string;
  readonly config: EngineConfig;
  /** Starts the engine with the data on disk; resolves when it accepts connections. */
  start(): Promise<void>;
  /** Kills all processes of the engine at once with SIGKILL. */
  kill(): Promise<void>;
  /** Suspends all processes until `thaw`, like a machine that hangs. */
  freeze(): void;
  thaw(): void;
  /** Stops the engine and deletes its folder. */
  remove(): Promise<void>;
}

const startTimeoutMs = 90_000;
const stopTimeoutMs = 3000;
const killTimeoutMs = 60_000;

/** How much output to keep for the error of a failed start. */
const keptCharacters = 4000;

export interface EngineOptions {
  /** The preferred port; if it is in use, another is chosen. */
  readonly port?: number;
  readonly tls?: TlsFiles;
  /** The network to run in instead of 127.0.0.1. Close it after removing the engine. */
  readonly network?: DistantNetwork;
  /** Default: a random one. */
  readonly password?: string;
}

/** Prepares an engine without starting it. */
export async function prepareEngine(
  spec: EngineSpec,
  { port, tls, network, password = randomBytes(9).toString('hex') }: EngineOptions = {},
): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), `posted-${spec.name}-`));
  const host = network?.host ?? '127.0.0.1';
  const config = { folder, host, port: await freePort(port), user: 'posted', password, tls };
  const commands = (await spec.prepare(config)).map((command) => network?.enter(command) ?? command);
  let running: readonly ChildProcess[] = [];
  let output = '';

  function record(chunk: unknown): void {
    output = `${output}${String(chunk)}`.slice(-keptCharacters);
  }

  function run({ program, args, env, owner }: EngineCommand): ChildProcess {
    // A separate process group: signals also reach child processes, and Ctrl-C does not.
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...owner,
    });
    child.stdout.on('data', record);
    child.stderr.on('data', record);
    child.on('error', ({ message }) => record(message));
    return child;
  }

  /** The process ids of the commands, which are also their group ids. */
  const leaders = (): readonly number[] => running.flatMap(({ pid }) => pid ?? []);

  function signalGroups(name: NodeJS.Signals): void {
    for (const pid of leaders()) signal(-pid, name);
  }

  /** Also signals descendants that left the group, as PostgreSQL's do. Returns the ids of all descendants. */
  function signalAll(name: NodeJS.Signals): readonly number[] {
    // The groups first: a stopped process cannot start more, which would be missed.
    signalGroups(name);
    const started = leaders().flatMap(descendantsOf);
    for (const pid of started) signal(pid, name);
    return started;
  }

  async function waitUntilGone(timeoutMs: number): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (leaders().some((pid) => signal(-pid, 0)) && performance.now() < deadlineMs) await wait(10);
  }

  const engine: Engine = {
    name: spec.name,
    url: spec.urlOf(config),
    config,
    async start() {
      output = '';
      running = commands.map(run);
      const deadlineMs = performance.now() + startTimeoutMs;
      while (!(await acceptsConnections(config))) {
        const hasEnded = running.some(
          ({ pid, exitCode, signalCode }) => !pid || (exitCode ?? signalCode) !== null,
        );
        if (hasEnded || performance.now() > deadlineMs) {
          await engine.kill();
          throw new Error(`${spec.name} did not start:\n${output}`);
        }
        await wait(50);
      }
    },
    async kill() {
      const started = signalAll('SIGSTOP');
      signalGroups('SIGKILL');
      for (const pid of started) signal(pid, 'SIGKILL');
      const deadlineMs = performance.now() + killTimeoutMs;
      await waitUntilGone(killTimeoutMs);
      // PostgreSQL does not start again while an old process holds its shared memory.
      while (started.some(isAlive)) {
        if (performance.now() > deadlineMs) throw new Error(`${spec.name} does not end when it is killed`);
        await wait(10);
      }
      running = [];
    },
    freeze: () => void signalAll('SIGSTOP'),
    thaw: () => void signalAll('SIGCONT'),
    async remove() {
      // Engines with shared memory release it only on a graceful stop.
      signalAll('SIGCONT');
      signalGroups('SIGINT');
      await waitUntilGone(stopTimeoutMs);
      await engine.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return engine;
}

/** Sends a signal to a process, or to a group by its negative id. Returns false if it does not exist. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function acceptsConnections({ host, port }: EngineConfig): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, host);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
