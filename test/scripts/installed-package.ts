import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The files that a build reads. The build runs in a copy, so that other tests cannot interfere. */
const buildInputs = ['LICENSE', 'package.json', 'scripts', 'src', 'templates', 'tsconfig.json'];

/** Prefers npm's cache and reduces the output. */
const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=1'];

const noNetwork = /\b(EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ENOTFOUND|ETIMEDOUT|ENOTCACHED)\b/;

export interface Result {
  readonly code: number;
  /** Standard output, then standard error. */
  readonly output: string;
}

export interface PackedPackages {
  /** The folder that holds the built packages. */
  readonly dist: string;
  /** The packed file of each package. */
  readonly posted: string;
  readonly cli: string;
  readonly 'create-posted': string;
}

/** Builds the packages from a copy of the sources, and packs them into a folder. */
export async function packPackages(folder: string): Promise<PackedPackages> {
  const sources = join(folder, 'sources');
  for (const part of buildInputs) cpSync(join(root, part), join(sources, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'));
  mustSucceed(await npm(sources, 'run', 'build'));
  const dist = join(sources, 'dist');
  for (const name of ['posted', 'cli', 'create-posted']) {
    mustSucceed(await npm(sources, 'pack', `./dist/${name}`, '--pack-destination', folder));
  }
  const { version } = JSON.parse(readFileSync(join(dist, 'posted/package.json'), 'utf8'));
  return {
    dist,
    posted: join(folder, `posted-${version}.tgz`),
    cli: join(folder, `posted-cli-${version}.tgz`),
    'create-posted': join(folder, `create-posted-${version}.tgz`),
  };
}

/**
 * Installs the packed packages in an empty folder, creates a project with create-posted, and installs its dependencies. Resolves with false if the npm registry is unreachable.
 */
export async function createApp(packed: PackedPackages, app: string): Promise<boolean> {
  const { posted, cli, 'create-posted': create } = packed;
  mkdirSync(app);
  if (!(await tryInstall(app, posted, cli, create))) return false;
  mustSucceed(await npm(app, 'exec', '--', 'create-posted'));
  mustSucceed(await npm(app, 'install', ...quick));
  return true;
}

/**
 * Installs packages into a project, by default those that its package.json lists. Resolves with false if the npm
 * registry is unreachable.
 */
export async function tryInstall(project: string, ...packages: readonly string[]): Promise<boolean> {
  const install = await npm(project, 'install', ...quick, ...packages);
  if (noNetwork.test(install.output)) return false;
  mustSucceed(install);
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

/** Without the variables that npm sets for the scripts that it runs, which include the tests. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  NO_COLOR: '1',
  FORCE_COLOR: '0',
};

/** Starts a program of a project and kills it when the test ends. */
export function start(folder: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [...args], { cwd: folder, env: { ...env, ...more } });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Resolves with the output of a program as soon as it contains the text. */
export async function printed(child: ReturnType<typeof start>, text: string): Promise<string> {
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk);
    if (output.includes(text)) return output;
  }
  throw new Error(`The program ended before it printed ${text}:\n${output}`);
}

/** Interrupts a program like Ctrl-C and resolves with its exit code. */
export async function interrupt(child: ChildProcess): Promise<unknown> {
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  return (await exited)[0];
}
