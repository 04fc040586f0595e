import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished, vi } from 'vitest';
import { requireService } from '../support/services.ts';

export const execute = promisify(execFile);

/** The dependencies of generated packages, also of those that earlier versions generated, and their build tools. */
const requirements = [
  'hatchling>=1.21',
  'httpx>=0.27,<1',
  'jsonschema>=4.18,<5',
  'msgpack>=1.0.5,<2',
  'typing-extensions>=4.6',
  'websockets>=15.0,<18',
];

/** A Python with the dependencies of generated packages; null if it is not available. */
export const python = await environmentOf('python3');

/** Why the tests are skipped; null if they run. */
export const reason = requireService('python with websockets', python !== null);

/** For tests that are not skipped. */
export function pythonPath(): string {
  if (python === null) throw new Error('Python is not available.');
  return python;
}

/** The Python of an environment of an interpreter, which is created once and kept in the temporary folder for other runs. */
export async function environmentOf(interpreter: string): Promise<string | null> {
  try {
    const program = 'import sys; assert sys.version_info >= (3, 10); print(sys.executable, sys.version)';
    const { stdout } = await execute(interpreter, ['-c', program]);
    const key = createHash('sha256')
      .update(JSON.stringify([stdout, requirements]))
      .digest('hex');
    const folder = join(tmpdir(), `posted-python-${key.slice(0, 16)}`);
    if (!existsSync(folder)) await makeEnvironment(interpreter, folder);
    return join(folder, 'bin', 'python');
  } catch {
    return null;
  }
}

/** Several test files may do this at once; the first to finish wins. */
async function makeEnvironment(interpreter: string, folder: string): Promise<void> {
  const workshop = await mkdtemp(`${folder}-`);
  try {
    await execute(interpreter, ['-m', 'venv', workshop]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements];
    await execute(join(workshop, 'bin', 'python'), pip, { timeout: 100_000 });
    await rename(workshop, folder).catch(() => {
      if (!existsSync(folder)) throw new Error(`${folder} cannot be made.`);
    });
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Installs a project with pip into a folder of packages. */
export async function installProject(project: string, packages: string): Promise<void> {
  const options = ['--quiet', '--disable-pip-version-check', '--no-build-isolation', '--no-deps'];
  await execute(pythonPath(), ['-m', 'pip', 'install', ...options, '--target', packages, project]);
}

/** One line that a program prints. */
export type Line = Readonly<Record<string, unknown>>;

export interface Program {
  readonly process: ChildProcess;
  readonly lines: readonly Line[];
  /** Everything written to standard error. */
  readonly stderr: () => string;
  /** Resolves with the first result of `find` for the printed lines that is not undefined. */
  readonly waitFor: <Found>(find: (lines: readonly Line[]) => Found | undefined) => Promise<Found>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts a program of this folder that prints lines of JSON. It is killed at the end of the test. */
export function startProgram(file: string, packages: string, config: object): Program {
  const child = spawn(
    pythonPath(),
    ['-W', 'error', join(import.meta.dirname, file), JSON.stringify(config)],
    {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: Line[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    process: child,
    lines,
    stderr: () => stderr,
    ended,
    waitFor: (find) =>
      vi.waitFor(
        () => {
          const found = find(lines);
          if (found === undefined) throw new Error(`${JSON.stringify(lines)}\n${stderr}`);
          return found;
        },
        { timeout: 15_000, interval: 10 },
      ),
  };
}
