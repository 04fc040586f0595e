import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DistantNetwork } from './distant-network.ts';
import type { EngineCommand, EnginePlace, EngineSpec, TlsFiles } from './engine-spec.ts';
import { freePort } from './free-port.ts';
import { descendantsOf, isAlive } from './process-tree.ts';

/** An engine of one's own, on a port of its own and with its data in a folder of its own. */
export interface Engine {
  readonly name: string;
  readonly url: string;
  readonly place: EnginePlace;
  /** Starts it on what is on the disk, and resolves when it takes connections. */
  start(): Promise<void>;
  /** Ends all of its processes at once by SIGKILL. */
  kill(): Promise<void>;
  /** Stops all of its processes, as a machine that hangs would, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

const startTimeoutMs = 90_000;
const stopTimeoutMs = 3000;

/** How much of what it says is kept, for the error where it does not start. */
const keptCharacters = 4000;

export interface EngineOptions {
  /** Another is taken where something listens on it. */
  readonly port?: number;
  readonly tls?: TlsFiles;
  /** Where it runs, instead of on 127.0.0.1; to be closed after it is removed. */
  readonly network?: DistantNetwork;
}

/** Prepares an engine, which is not started yet. */
export async function prepareEngine(
  spec: EngineSpec,
  { port, tls, network }: EngineOptions = {},
): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), `posted-${spec.name}-`));
  const password = randomBytes(9).toString('hex');
  const host = network?.host ?? '127.0.0.1';
  const place = { folder, host, port: await freePort(port), user: 'posted', password, tls };
  const commands = (await spec.prepare(place)).map((command) => network?.enter(command) ?? command);
  let running: readonly ChildProcess[] = [];
  let said = '';

  function keep(chunk: unknown): void {
    said = `${said}${String(chunk)}`.slice(-keptCharacters);
  }

  function run({ program, args, env, owner }: EngineCommand): ChildProcess {
    // A group of its own: signals reach what it starts, and Ctrl-C does not.
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...owner,
    });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', ({ message }) => keep(message));
    return child;
  }

  /** The process ids of the commands, which are those of their groups too. */
  const leaders = (): readonly number[] => running.flatMap(({ pid }) => pid ?? []);

  function signalGroups(name: NodeJS.Signals): void {
    for (const pid of leaders()) signal(-pid, name);
  }

  /** Those of PostgreSQL leave its group. Returns the ids of what the leaders have started. */
  function signalAll(name: NodeJS.Signals): readonly number[] {
    // The groups first: what is stopped starts no more, which would be missed.
    signalGroups(name);
    const started = leaders().flatMap(descendantsOf);
    for (const pid of started) signal(pid, name);
    return started;
  }

  async function untilGone(timeoutMs: number): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    while (leaders().some((pid) => signal(-pid, 0)) && performance.now() < endMs) await wait(10);
  }

  const engine: Engine = {
    name: spec.name,
    url: spec.urlOf(place),
    place,
    async start() {
      said = '';
      running = commands.map(run);
      const endMs = performance.now() + startTimeoutMs;
      while (!(await takesConnections(place))) {
        const hasEnded = running.some(
          ({ pid, exitCode, signalCode }) => !pid || (exitCode ?? signalCode) !== null,
        );
        if (hasEnded || performance.now() > endMs) {
          await engine.kill();
          throw new Error(`${spec.name} did not start:\n${said}`);
        }
        await wait(50);
      }
    },
    async kill() {
      const started = signalAll('SIGSTOP');
      signalGroups('SIGKILL');
      for (const pid of started) signal(pid, 'SIGKILL');
      await untilGone(Number.POSITIVE_INFINITY);
      // PostgreSQL's next start is refused while one of them still has its memory.
      while (started.some(isAlive)) await wait(10);
      running = [];
    },
    freeze: () => void signalAll('SIGSTOP'),
    thaw: () => void signalAll('SIGCONT'),
    async remove() {
      // Those that keep shared memory remove it only when they are asked to end.
      signalAll('SIGCONT');
      signalGroups('SIGINT');
      await untilGone(stopTimeoutMs);
      await engine.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return engine;
}

/** Sends a signal to a process or, by its negative id, to a group; false where there is none. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function takesConnections({ host, port }: EnginePlace): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, host);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
