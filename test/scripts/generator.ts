import { type ChildProcess, execFile, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** A contract with two channels, messages in both directions, parameters and a query. */
export const rooms = 'test/fixtures/rooms.asyncapi.json';

/** A contract with requests in both directions, whose replies are several messages, and an operation `messages`. */
export const auction = 'test/fixtures/auction.asyncapi.yaml';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command `posted` in the root of the repository. */
export function posted(...args: readonly string[]): Promise<Run> {
  return postedIn(root, ...args);
}

export interface RunRequest {
  readonly cwd: string;
  readonly args: readonly string[];
}

let host: ChildProcess | null = null;
let lastRun: Promise<unknown> = Promise.resolve();

/**
 * Runs the command `posted` in a folder. The runs of a test file share a process, because loading the parsers takes most
 * of the time.
 */
export function postedIn(cwd: string, ...args: readonly string[]): Promise<Run> {
  const run = lastRun.then(() => runInHost({ cwd, args }));
  lastRun = run.catch(() => {});
  return run;
}

function runInHost(request: RunRequest): Promise<Run> {
  host ??= startHost();
  const { promise, resolve, reject } = Promise.withResolvers<Run>();
  const onExit = (code: number | null): void => reject(new Error(`posted ended its process with ${code}`));
  host.once('message', resolve).once('exit', onExit);
  host.send(request);
  return promise.finally(() => host?.off('message', resolve).off('exit', onExit));
}

function startHost(): ChildProcess {
  const child = fork(join(import.meta.dirname, 'posted-host.ts'), { execArgv: [] });
  // It ends with this process.
  child.unref();
  child.channel?.unref();
  return child;
}

/** Generates code for a project made by `prepareProject`. */
export function generate(...args: readonly string[]): Promise<Run> {
  return posted('generate', ...args);
}

/** A new folder, which is removed after the last test of the file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'posted-generate-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** By relative path: the text of every file in a folder. */
export function readFolder(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

/** Turns a folder into a project with this runtime, so that generated code in it can be type-checked and imported. */
export function prepareProject(folder: string): void {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['generated', '*.ts', '*.tsx'] }),
  );
}

/** The compiler's errors in a project, or ''. Errors in the runtime itself are ignored. */
export function typeCheck(folder: string): Promise<string> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc], { cwd: folder }, (_error, stdout, stderr) => {
      const diagnostics = (stdout + stderr).trim().split(/\n(?=\S)/);
      resolve(diagnostics.filter((diagnostic) => !/^[^(]*src\/runtime\//.test(diagnostic)).join('\n'));
    });
  });
}
