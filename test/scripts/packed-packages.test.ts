import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireService } from '../support/services.ts';
import { readFolder, tempFolder } from './generator.ts';
import { node, npm, packPackages, tryInstall } from './installed-package.ts';

const folder = tempFolder();
const project = join(folder, 'project');
const packed = await packPackages(folder);
mkdirSync(project);
// A project that says nothing of its own module type is CommonJS.
writeFileSync(join(project, 'package.json'), '{ "name": "project" }');
const missing = requireService('the npm registry', await tryInstall(project, packed.posted));

/** Every entry point that needs no optional peer. */
const entries = ['contract', 'server', 'client', 'rest', 'rest-client', 'log', 'node', 'testing'].map(
  (name) => `posted/${name}`,
);

describe.skipIf(missing !== null)(`the package posted in an empty project ${missing ?? ''}`, () => {
  it('brings fewer than 12 packages and 15 MB', () => {
    const lock = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'));
    expect(Object.keys(lock.packages).length).toBeLessThan(12);
    const paths = Object.keys(readFolder(project));
    const bytes = paths.reduce((sum, path) => sum + statSync(join(project, path)).size, 0);
    expect(bytes).toBeLessThan(15_000_000);
  });

  it.each(entries)('provides %s to import and to require', async (entry) => {
    const imports = `if (Object.keys(await import('${entry}')).length < ${entry === 'posted/contract' ? 0 : 1}) throw 0`;
    expect(await node(project, '--input-type=module', '--eval', imports)).toEqual({ code: 0, output: '' });
    const required = `require('${entry}')`;
    expect(await node(project, '--input-type=commonjs', '--eval', required)).toEqual({ code: 0, output: '' });
  });

  it.each([
    ['metrics', 'prom-client'],
    ['pino', 'pino'],
  ])('needs the peer of posted/%s only there', async (entry, peer) => {
    const { code, output } = await node(project, '--input-type=module', '--eval', `import 'posted/${entry}'`);
    expect(code).toBe(1);
    expect(output).toContain(`Cannot find package '${peer}'`);
  });
});

describe.each(['posted', 'cli', 'create-posted'] as const)('the packed package %s', (name) => {
  it('passes publint', async () => {
    expect(await npm(process.cwd(), 'exec', '--', 'publint', '--strict', packed[name])).toMatchObject({
      code: 0,
      output: expect.stringContaining('All good!'),
    });
  });

  it('can be published', async () => {
    const publish = ['publish', '--dry-run', join(packed.dist, name)];
    expect(await npm(folder, ...publish)).toMatchObject({ code: 0 });
  });
});

// create-posted has a command and nothing to import.
describe.each(['posted', 'cli'] as const)('the packed package %s', (name) => {
  it('has types that resolve for ES modules and bundlers', async () => {
    const attw = ['exec', '--', 'attw', '--profile', 'esm-only', packed[name]];
    expect(await npm(process.cwd(), ...attw)).toMatchObject({ code: 0 });
  });
});
