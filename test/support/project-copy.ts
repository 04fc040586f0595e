import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { postedIn } from '../scripts/generator.ts';

const root = join(import.meta.dirname, '../..');

const parts = [
  'asyncapi.json',
  'openapi.yaml',
  'docs/asyncapi.json',
  'package.json',
  'tsconfig.json',
  'generated',
  'src',
];

const ownContracts = ['docs/asyncapi.json', '--openapi=openapi.yaml', '--out=generated'];
/** What is type-checked. */
const targets = 'server,client';

export interface Run {
  readonly code: number;
  readonly output: string;
}

/** A copy of this project that a test may change; it goes with the test. */
export function copyProject() {
  const dir = mkdtempSync(join(tmpdir(), 'posted-copy-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const part of parts) {
    cpSync(join(root, part), join(dir, part), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.includes('__transpiled'),
    });
  }
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));

  return {
    dir,
    /** Replaces text that must be there in one of the copy's files. */
    change(path: string, ...replacements: readonly (readonly [from: string, to: string])[]): void {
      let text = readFileSync(join(dir, path), 'utf8');
      for (const [from, to] of replacements) {
        if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
        text = text.replaceAll(from, to);
      }
      writeFileSync(join(dir, path), text);
    },
    /** Sets what JSON Pointers point to in the AsyncAPI document. */
    set(...members: readonly (readonly [pointer: string, value: unknown])[]): void {
      const document: unknown = JSON.parse(readFileSync(join(dir, 'asyncapi.json'), 'utf8'));
      for (const [pointer, value] of members) {
        const keys = pointer.split('/').slice(1);
        const last = keys.pop() ?? '';
        const parent = keys.reduce<unknown>((node, key) => Reflect.get(node as object, key), document);
        Reflect.set(parent as object, last, value);
      }
      writeFileSync(join(dir, 'asyncapi.json'), JSON.stringify(document, null, 2));
    },
    /** From the contracts of this project. */
    async generate(): Promise<Run> {
      const { code, stdout, stderr } = await postedIn(dir, 'generate', ...ownContracts, '--targets', targets);
      return { code, output: stdout + stderr };
    },
    /** Type-checks src and what is generated. */
    async typeCheck(): Promise<Run> {
      const config = JSON.parse(readFileSync(join(dir, 'tsconfig.json'), 'utf8'));
      writeFileSync(
        join(dir, 'tsconfig.src.json'),
        JSON.stringify({ ...config, include: ['src', 'generated'] }),
      );
      const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
      const args = ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.src.json'];
      return await new Promise((resolve) => {
        execFile(process.execPath, args, { cwd: dir, env }, (error, stdout, stderr) => {
          resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
        });
      });
    },
  };
}
