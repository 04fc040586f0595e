import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What a build reads. A copy of it is independent of files that other tests write meanwhile. */
const built = ['LICENSE', 'package.json', 'scripts', 'src', 'templates', 'tsconfig.json'];

/** Takes what has been fetched before, and prints no more than it must. */
const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=1'];

const noNetwork = /\b(EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ENOTFOUND|ETIMEDOUT|ENOTCACHED)\b/;

export interface Result {
  readonly code: number;
  /** Of both streams. */
  readonly output: string;
}

/**
 * Does what a stranger does in an empty folder: installs the packed packages, starts a project with them, and installs
 * the rest. False if the npm registry cannot be reached.
 */
export async function createApp(folder: string, app: string): Promise<boolean> {
  const sources = join(folder, 'sources');
  for (const part of built) cpSync(join(root, part), join(sources, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'));
  mustSucceed(await npm(sources, 'run', 'build'));
  for (const name of ['posted', 'cli']) {
    mustSucceed(await npm(sources, 'pack', `./dist/${name}`, '--pack-destination', folder));
  }
  mkdirSync(app);
  const { version } = JSON.parse(readFileSync(join(sources, 'package.json'), 'utf8'));
  const files = [`posted-${version}.tgz`, `posted-cli-${version}.tgz`].map((name) => join(folder, name));
  const install = await npm(app, 'install', ...quick, ...files);
  if (noNetwork.test(install.output)) return false;
  mustSucceed(install);
  mustSucceed(await npm(app, 'exec', '--', 'posted', 'init', '.'));
  mustSucceed(await npm(app, 'install', ...quick));
  return true;
}

function mustSucceed({ code, output }: Result): void {
  if (code !== 0) throw new Error(output);
}

export function npm(folder: string, ...args: readonly string[]): Promise<Result> {
  return run('npm', args, folder);
}

export function node(folder: string, ...args: readonly string[]): Promise<Result> {
  return run(process.execPath, args, folder);
}

function run(program: string, args: readonly string[], cwd: string): Promise<Result> {
  return new Promise((resolve) => {
    execFile(program, [...args], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

/** Without what an npm that runs the tests says to the programs that it runs. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  NO_COLOR: '1',
  FORCE_COLOR: '0',
};

/** A program of a project, which ends with the test. */
export function start(folder: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [...args], { cwd: folder, env: { ...env, ...more } });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** What a program has printed, once it holds a text. */
export async function printed(child: ReturnType<typeof start>, text: string): Promise<string> {
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk);
    if (output.includes(text)) return output;
  }
  throw new Error(`It has ended without having printed ${text}:\n${output}`);
}

/** Ends a program as Ctrl-C does, and resolves with its exit code. */
export async function interrupt(child: ChildProcess): Promise<unknown> {
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  return (await exited)[0];
}
