import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** A contract of no importance to the feed: two channels, both directions, parameters, a query. */
export const rooms = 'test/fixtures/rooms.asyncapi.json';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command `posted`, in the folder of this project. */
export function posted(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['scripts/posted/posted.ts', ...args],
      { cwd: root },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });
}

/** Generates code for a project made by `prepareProject`. */
export function generate(...args: readonly string[]): Promise<Run> {
  return posted('generate', ...args);
}

/** A folder of its own for each test file that asks; it goes with the last test of the file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'posted-generate-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The text of every file in a folder, by its path from there. */
export function readFolder(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

/** Makes a folder a project with this runtime, so that its `generated` can be type-checked and imported. */
export function prepareProject(folder: string): void {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['generated', '*.ts'] }),
  );
}

/** The compiler's errors about a project, or ''. Errors in the runtime itself are left to its own type check. */
export function typeCheck(folder: string): Promise<string> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc], { cwd: folder }, (_error, stdout, stderr) => {
      const diagnostics = (stdout + stderr).trim().split(/\n(?=\S)/);
      resolve(diagnostics.filter((diagnostic) => !/^[^(]*src\/runtime\//.test(diagnostic)).join('\n'));
    });
  });
}
