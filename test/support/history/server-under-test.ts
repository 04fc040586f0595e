import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { within } from './within.ts';

const root = join(import.meta.dirname, '../../..');

/** The time limit for a start or a graceful stop, on a busy machine and while the database is down. */
const timeoutMs = 180_000;
const maxLogBytes = 65_536;
/** On a busy machine, the database may take longer than the command waits. */
const maxBumps = 4;

/** The scripts of a server, from the root of the repository. Both take their settings from the environment. */
export interface Program {
  readonly server: string;
  /** Begins a new history of the log. */
  readonly bumpEpoch: string;
  /** What the server prints to standard output once it accepts connections. */
  readonly announcement: string;
}

/**
 * A server of a run, regardless of how many processes it takes, on one port and one data folder. Its
 * operations run one after another.
 */
export class ServerUnderTest {
  readonly port: number;
  /** Rejects when the server exits by itself or cannot start; never resolves. */
  readonly failure: Promise<never>;
  readonly #program: Program;
  readonly #env: Readonly<Record<string, string>>;
  readonly #failed = Promise.withResolvers<never>();
  #process: ChildProcess | null = null;
  #isUp = false;
  #log = '';
  #queue: Promise<void> = Promise.resolve();

  private constructor(program: Program, port: number, env: Readonly<Record<string, string>>) {
    this.#program = program;
    this.port = port;
    this.#env = { PATH: process.env.PATH ?? '', LOG_LEVEL: 'warn', ...env, PORT: String(port) };
    this.failure = this.#failed.promise;
    this.failure.catch(() => {});
  }

  static async start(program: Program, env: Readonly<Record<string, string>>): Promise<ServerUnderTest> {
    const server = new ServerUnderTest(program, await findFreePort(), env);
    try {
      await server.#start();
    } catch (thrown) {
      await server.end();
      throw thrown;
    }
    return server;
  }

  /** Whether it accepts connections. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** The last lines that its processes wrote to standard error. */
  get log(): string {
    return this.#log;
  }

  /**
   * The logged errors, except those about an unreachable database, or of workers whose primary was killed, and without
   * the counts of those that were omitted after the first.
   */
  get errors(): readonly string[] {
    return this.#log
      .split('\n')
      .filter(
        (line) =>
          line.includes('"level":"error"') &&
          !/"code":"(?:unavailable|outcome_unknown)"|"omitted":\d/.test(line) &&
          !line.includes('the process that writes the database is gone'),
      );
  }

  /** Stops it with the signal, and restarts it once `whileDown` has resolved. */
  restart(signal: 'SIGTERM' | 'SIGKILL', whileDown: () => Promise<void>): Promise<void> {
    return this.#enqueue(async () => {
      await this.#stop(signal);
      await whileDown();
      await this.#start();
    });
  }

  /** Bumps the epoch as an operator does, again if it fails. Call it while every server is down. */
  async bumpEpoch(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const bump = this.#spawn(this.#program.bumpEpoch);
      bump.stdout?.resume();
      const [code] = await within(timeoutMs, 'bump-epoch to exit', once(bump, 'exit')).finally(() =>
        bump.kill('SIGKILL'),
      );
      if (code === 0) return;
      if (attempt === maxBumps) throw new Error(`bump-epoch exited with ${code}:\n${this.#log}`);
    }
  }

  /** Stops it for good. Resolves with the exit code, or with the signal that killed it. */
  async end(): Promise<number | NodeJS.Signals | null> {
    await this.#queue;
    return await this.#stop('SIGTERM');
  }

  #enqueue(operation: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(operation);
    this.#queue = done.catch(() => {});
    done.catch((thrown: unknown) => this.#failed.reject(thrown));
    return done;
  }

  async #start(): Promise<void> {
    const child = this.#spawn(this.#program.server);
    this.#process = child;
    const ended = once(child, 'exit').then(([code, signal]) => {
      const error = new Error(`the server exited with ${code ?? signal}:\n${this.#log}`);
      if (this.#isUp && this.#process === child) this.#failed.reject(error);
      throw error;
    });
    ended.catch(() => {});
    const started = Promise.race([isListening(child, this.#program), ended]);
    await within(timeoutMs, `the server on port ${this.port} to start`, started);
    this.#isUp = true;
  }

  async #stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const child = this.#process;
    this.#process = null;
    this.#isUp = false;
    if (child === null || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const killTimer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const [code, by] = await exited;
    clearTimeout(killTimer);
    return code ?? by;
  }

  #spawn(script: string): ChildProcess {
    const child = spawn(process.execPath, [script], {
      cwd: root,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // However this process ends, the server must not outlive it.
    const killOnExit = () => void child.kill('SIGKILL');
    process.once('exit', killOnExit);
    child.once('exit', () => void process.off('exit', killOnExit));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-maxLogBytes);
    });
    return child;
  }
}

function isListening({ stdout }: ChildProcess, { announcement }: Program): Promise<void> {
  return new Promise((resolve) => {
    let output = '';
    stdout?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-1024);
      if (output.includes(announcement)) resolve();
    });
  });
}

/**
 * Below the ephemeral range (from 32,768 on Linux): otherwise, a client that tries to reach the server while
 * it is down could get that very port as its own, and prevent the restart.
 */
async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(10_000, 30_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
  throw new Error('found no free port');
}
