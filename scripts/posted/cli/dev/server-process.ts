import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A server has this long to close its connections before it is killed. */
const stopTimeoutMs = 2000;

interface ServerProcessOptions {
  readonly folder: string;
  /** The file that starts the server. */
  readonly entry: string;
  /** Called with each line that the server prints. */
  readonly onLine: (line: string) => void;
  /** Called when the server ends without having been stopped: with its exit code, or the signal that ended it. */
  readonly onExit: (reason: string) => void;
}

/** The server of a project, which can be started again and again. */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | null = null;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  async restart(): Promise<void> {
    await this.stop();
    const { folder, entry, onLine, onExit } = this.#options;
    const args = ['--env-file-if-exists=.env', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', entry];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine);
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = null;
      onExit(signal === null ? `code ${code}` : signal);
    });
  }

  /** Resolves when the server has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', onLine);
}
