/**
 * `npm run build`: writes the packages to dist/, ready to pack and publish. They contain JavaScript, since Node
 * does not strip types under node_modules.
 */
import { spawnSync } from 'node:child_process';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

interface Package {
  /** The folder of the sources, relative to the root. */
  readonly folder: string;
  /** The output folder. */
  readonly dist: string;
  /** The folder of the compiled sources, relative to `dist`; null for JavaScript, which is copied. */
  readonly compiled: string | null;
}

type Exports = string | { readonly [name: string]: Exports };

interface Manifest {
  readonly exports?: Exports;
  readonly bin?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

const root = join(import.meta.dirname, '../..');
const templates = join(root, 'templates');

const packages: readonly Package[] = [
  { folder: 'src/runtime', dist: 'dist/posted', compiled: './' },
  // Its sources find the templates by a relative path, so the output keeps the folder structure.
  { folder: 'scripts/posted', dist: 'dist/cli', compiled: './scripts/posted/' },
  { folder: 'scripts/create-posted', dist: 'dist/create-posted', compiled: null },
];

await rm(join(root, 'dist'), { recursive: true, force: true });
for (const each of packages) {
  if (each.compiled === null) await cp(join(root, each.folder), join(root, each.dist), { recursive: true });
  if (each.compiled === null || compile(each)) await completePackage(each);
  else process.exitCode = 1;
}
if (process.exitCode === undefined) {
  await cp(templates, join(root, 'dist/cli/templates'), {
    recursive: true,
    // tsc has compiled the .mts helpers.
    filter: (path) => extname(path) !== '.mts' && !path.endsWith('__transpiled'),
  });
}

function compile({ folder }: Package): boolean {
  // npm puts node_modules/.bin first on the PATH, so this is the pinned compiler.
  const { status, error } = spawnSync('tsc', ['--project', join(root, folder, 'tsconfig.build.json')], {
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
  return status === 0;
}

async function completePackage({ folder, dist, compiled }: Package): Promise<void> {
  const manifest: Manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const { private: _, exports, bin, ...rest } = manifest;
  const built = {
    ...rest,
    ...(exports === undefined ? {} : { exports: compiledExports(exports, compiled ?? './') }),
    ...(bin === undefined ? {} : { bin: compiledBin(bin, compiled ?? './') }),
  };
  await writeFile(join(root, dist, 'package.json'), `${JSON.stringify(built, null, 2)}\n`);
  for (const path of Object.values(built.bin ?? {})) await chmod(join(root, dist, path), 0o755);
  await cp(join(root, 'LICENSE'), join(root, dist, 'LICENSE'));
  await cp(join(root, folder, 'README.md'), join(root, dist, 'README.md'));
}

/** Points each export of a TypeScript source to its JavaScript and declarations, and of JSON to its copy. */
function compiledExports(exports: Exports, compiled: string): Exports {
  if (typeof exports !== 'string') {
    const entries = Object.entries(exports);
    return Object.fromEntries(entries.map(([name, value]) => [name, compiledExports(value, compiled)]));
  }
  if (exports === './package.json') return exports;
  if (exports.endsWith('.json')) return compiled + exports.slice('./'.length);
  const path = compiled + exports.slice('./'.length, -'.ts'.length);
  return { types: `${path}.d.ts`, default: `${path}.js` };
}

function compiledBin(
  bin: Readonly<Record<string, string>>,
  compiled: string,
): Readonly<Record<string, string>> {
  const entries = Object.entries(bin);
  return Object.fromEntries(
    entries.map(([name, path]) => [name, compiled + path.slice('./'.length).replace(/\.ts$/, '.js')]),
  );
}
