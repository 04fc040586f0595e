import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { root } from './examples.ts';

/** Has the programs of this repository, and none of the variables that npm sets for the scripts that it runs. */
const ownEnv: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  NO_COLOR: '1',
  FORCE_COLOR: '0',
};

/** A terminal in which a command runs. The command and the programs that it starts end with the test. */
export class Terminal {
  readonly #shell: ChildProcess;
  readonly #exitCode: Promise<number | null>;
  #output = '';
  /** Where the output begins that was not read yet. */
  #unread = 0;

  constructor(command: string, { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    this.#shell = spawn('bash', ['-o', 'pipefail', '-c', command], {
      cwd,
      env: { ...ownEnv, ...env },
      detached: true,
    });
    this.#exitCode = once(this.#shell, 'close').then(([code]) => code);
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += String(chunk);
      });
    }
    onTestFinished(() => this.#stop());
  }

  type(line: string): void {
    this.#shell.stdin?.write(`${line}\n`);
  }

  /** Resolves once the command has printed a line, after those that were read before; `…` stands for any text. */
  async read(line: string): Promise<void> {
    const parts = line.trim().split('…');
    const pattern = new RegExp(`^ *${parts.map((part) => RegExp.escape(part)).join('.*')} *$`, 'm');
    const printed = await vi.waitFor(() => this.#find(pattern, line), { timeout: 30_000 });
    this.#unread += printed.index + printed[0].length;
  }

  /** Resolves when the command has ended. @throws Error if it has failed, or has not failed, unexpectedly */
  async ended({ isFailure }: { readonly isFailure: boolean }): Promise<void> {
    const exitCode = await this.#exitCode;
    if ((exitCode !== 0) !== isFailure) throw new Error(`The exit code is ${exitCode}:\n${this.#output}`);
  }

  #find(pattern: RegExp, line: string): RegExpExecArray {
    const found = pattern.exec(this.#output.slice(this.#unread));
    if (found === null) throw new Error(`The output does not contain "${line}":\n${this.#output}`);
    return found;
  }

  /** npm and bash have children, so the signal is for the whole group. */
  async #stop(): Promise<void> {
    if (this.#shell.pid === undefined || this.#shell.exitCode !== null) return;
    process.kill(-this.#shell.pid, 'SIGTERM');
    await this.#exitCode;
  }
}
