import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  installCommand,
  type PackageManager,
  packageManagerFiles,
  packageManagerOf,
  runCommand,
} from '../../scripts/posted/cli/init/package-manager.ts';
import { tempFolder } from './generator.ts';

const folder = tempFolder();

function folderWith(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

const pnpmAgent = 'pnpm/12.21.0 npm/? node/? linux x64';

describe('the package manager of a project', () => {
  it.each([
    { title: 'is npm by default', agent: undefined, expected: { name: 'npm', major: null } },
    { title: 'is the one that runs the command', agent: pnpmAgent, expected: { name: 'pnpm', major: 12 } },
    { title: 'is npm for an unknown one', agent: 'tnpm/1.0.0', expected: { name: 'npm', major: null } },
  ])('$title', ({ agent, expected }) => {
    expect(packageManagerOf(folderWith('empty', {}), agent)).toEqual(expected);
  });

  it('is the one of its lock file, whatever runs the command', () => {
    const project = folderWith('locked', { 'bun.lock': '' });
    expect(packageManagerOf(project, pnpmAgent)).toEqual({ name: 'bun', major: null });
  });

  it('is the one that package.json declares, whatever lock file there is', () => {
    const manifest = '{ "packageManager": "yarn@4.18.1+sha512.abc" }';
    const project = folderWith('declared', { 'package-lock.json': '', 'package.json': manifest });
    expect(packageManagerOf(project)).toEqual({ name: 'yarn', major: 4 });
  });

  it('is the one of a workspace around it, unless another one runs the command', () => {
    const workspace = folderWith('workspace', { 'pnpm-lock.yaml': '', 'package.json': '{}' });
    expect(packageManagerOf(join(workspace, 'apps/new')).name).toBe('pnpm');
    expect(packageManagerOf(join(workspace, 'apps/new'), 'yarn/1.22.22 npm/?').name).toBe('yarn');
  });
});

describe('the commands of a package manager', () => {
  it.each([
    ['npm', 'npm install', 'npm start', 'npm test', 'npm run client -- ann'],
    ['pnpm', 'pnpm install', 'pnpm start', 'pnpm test', 'pnpm client ann'],
    ['yarn', 'yarn', 'yarn start', 'yarn test', 'yarn client ann'],
    ['bun', 'bun install', 'bun run start', 'bun run test', 'bun run client ann'],
  ] as const)('of %s are %s, %s, %s and %s', (name, ...commands) => {
    const manager = { name, major: null };
    expect([
      installCommand(manager),
      runCommand(manager, 'start'),
      runCommand(manager, 'test'),
      runCommand(manager, 'client', 'ann'),
    ]).toEqual(commands);
  });
});

describe('the files of a package manager', () => {
  it('deny install scripts to packages that do not need them, without which pnpm fails', () => {
    expect(filesFor('pnpm', 12)).toEqual({
      'pnpm-workspace.yaml': expect.stringContaining("allowBuilds:\n  '@scarf/scarf': false\n"),
    });
  });

  it('make a new folder a project of yarn, with a folder node_modules', () => {
    expect(filesFor('yarn', 4)).toEqual({ 'yarn.lock': '', '.yarnrc.yml': 'nodeLinker: node-modules\n' });
    expect(filesFor('yarn', 1)).toEqual({ 'yarn.lock': '' });
  });

  it('leave a project that has a lock file as it is', () => {
    expect(filesFor('yarn', null)).toEqual({});
  });

  it.each(['npm', 'bun'] as const)('are none for %s', (name) => {
    expect(filesFor(name, 1)).toEqual({});
  });
});

function filesFor(name: PackageManager['name'], major: number | null) {
  return packageManagerFiles({ name, major }, ['@scarf/scarf']);
}
