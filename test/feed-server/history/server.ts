import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** What it may take to start, for which its database may be away, or to stop in order, on a machine that is busy. */
const patienceMs = 60_000;
const maxLogBytes = 65_536;

/**
 * A server of a run, through however many processes, on one port and one data folder. What is asked of
 * it is done one after the other.
 */
export class ServerUnderTest {
  readonly port: number;
  /** Rejects when the server ends by itself, or cannot start; never resolves. */
  readonly failure: Promise<never>;
  readonly #env: Readonly<Record<string, string>>;
  readonly #failed = Promise.withResolvers<never>();
  #process: ChildProcess | null = null;
  #isUp = false;
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

  /** Whether clients can connect to it. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** The end of what its processes have written to standard error. */
  get log(): string {
    return this.#log;
  }

  /** What of it tells of errors, but for those of a database that is away. */
  get errors(): readonly string[] {
    return this.#log
      .split('\n')
      .filter((line) => line.includes('"level":"error"') && !line.includes('"code":"unavailable"'));
  }

  /** Ends it by the signal, and starts it again after what is done while it is down. */
  restart(signal: 'SIGTERM' | 'SIGKILL', whileDown: () => Promise<void>): Promise<void> {
    return this.#next(async () => {
      await this.#stop(signal);
      await whileDown();
      await this.#start();
    });
  }

  /** Begins a new epoch, as an operator does: to be called while every server is down. */
  async bumpEpoch(): Promise<void> {
    const bump = this.#spawn('src/feed-server/commands/bump-epoch.ts');
    bump.stdout?.resume();
    const [code] = await once(bump, 'exit');
    if (code !== 0) throw new Error(`bump-epoch ended with ${code}:\n${this.#log}`);
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
    const child = this.#spawn('src/feed-server/main.ts');
    this.#process = child;
    const ended = once(child, 'exit').then(([code, signal]) => {
      const error = new Error(`the server ended with ${code ?? signal}:\n${this.#log}`);
      if (this.#isUp && this.#process === child) this.#failed.reject(error);
      throw error;
    });
    ended.catch(() => {});
    await withPatience(Promise.race([isListening(child), ended]), 'the server does not start');
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
