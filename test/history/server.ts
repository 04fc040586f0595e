import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What it may take to start, or to stop in order, on a machine that is busy. */
const patienceMs = 30_000;
const maxLogBytes = 65_536;

/**
 * The server of a run, through however many processes, on one port and one data folder. What is asked
 * of it is done one after the other.
 */
export class ServerUnderTest {
  readonly port: number;
  /** Rejects when the server ends by itself, or cannot start; never resolves. */
  readonly failure: Promise<never>;
  readonly #env: Readonly<Record<string, string>>;
  readonly #failed = Promise.withResolvers<never>();
  #process: ChildProcess | null = null;
  #isExpectedToEnd = true;
  #log = '';
  #last: Promise<void> = Promise.resolve();

  private constructor(port: number, env: Readonly<Record<string, string>>) {
    this.port = port;
    this.#env = { PATH: process.env.PATH ?? '', LOG_LEVEL: 'warn', ...env, PORT: String(port) };
    this.failure = this.#failed.promise;
    this.failure.catch(() => {});
  }

  static async start(env: Readonly<Record<string, string>>): Promise<ServerUnderTest> {
    const server = new ServerUnderTest(await findFreePort(), env);
    try {
      await server.#start();
    } catch (thrown) {
      await server.end();
      throw thrown;
    }
    return server;
  }

  /** The end of what its processes have written to standard error. */
  get log(): string {
    return this.#log;
  }

  /** What of it tells of errors. */
  get errors(): readonly string[] {
    return this.#log.split('\n').filter((line) => line.includes('"level":"error"'));
  }

  /** kill -9, and a start after `pauseMs`. */
  kill(pauseMs: number): Promise<void> {
    return this.#next(async () => {
      await this.#stop('SIGKILL');
      await new Promise((resolve) => void setTimeout(resolve, pauseMs));
      await this.#start();
    });
  }

  /** Stops it in order, bumps its epoch as an operator does, and starts it again. */
  bumpEpoch(): Promise<void> {
    return this.#next(async () => {
      await this.#stop('SIGTERM');
      const bump = this.#spawn('src/cli/bump-epoch.ts');
      bump.stdout?.resume();
      const [code] = await once(bump, 'exit');
      if (code !== 0) throw new Error(`bump-epoch ended with ${code}:\n${this.#log}`);
      await this.#start();
    });
  }

  /** Stops it for good; resolves with the exit code, or the signal that it took. */
  async end(): Promise<number | NodeJS.Signals | null> {
    await this.#last;
    return await this.#stop('SIGTERM');
  }

  #next(operation: () => Promise<void>): Promise<void> {
    const done = this.#last.then(operation);
    this.#last = done.catch(() => {});
    done.catch((thrown: unknown) => this.#failed.reject(thrown));
    return done;
  }

  async #start(): Promise<void> {
    const child = this.#spawn('src/main.ts');
    this.#process = child;
    this.#isExpectedToEnd = false;
    const ended = once(child, 'exit').then(([code, signal]) => {
      const error = new Error(`the server ended with ${code ?? signal}:\n${this.#log}`);
      if (!this.#isExpectedToEnd) this.#failed.reject(error);
      throw error;
    });
    ended.catch(() => {});
    await withPatience(Promise.race([isListening(child), ended]), 'the server does not start');
  }

  async #stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const child = this.#process;
    this.#process = null;
    this.#isExpectedToEnd = true;
    if (child === null || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const insist = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    const [code, by] = await exited;
    clearTimeout(insist);
    return code ?? by;
  }

  #spawn(script: string): ChildProcess {
    const child = spawn(process.execPath, [script], {
      cwd: root,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // However this process ends, the server is not left behind.
    const killWithUs = () => void child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', () => void process.off('exit', killWithUs));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-maxLogBytes);
    });
    return child;
  }
}

function isListening({ stdout }: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-1024);
      if (said.includes('Posted serves REST on ')) resolve();
    });
  });
}

/**
 * Below the ports that systems give to clients (from 32,768 on Linux): while the server is away, a client that
 * tries to reach it on one of those can be given that very port, and keep the server from coming back.
 */
async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
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
  throw new Error('no port is free');
}

async function withPatience<Value>(promise: Promise<Value>, complaint: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} in ${patienceMs} ms`)), patienceMs);
  });
  return await Promise.race([promise, timeUp]).finally(() => clearTimeout(timer));
}
