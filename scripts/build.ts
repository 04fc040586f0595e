/**
 * `npm run build`: what the package ships, in dist/. Node takes no types away under node_modules, so that what is
 * installed must be JavaScript.
 */
import { spawnSync } from 'node:child_process';
import { chmod, cp, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
// npm puts node_modules/.bin first on the PATH, so that this is the pinned compiler.
const { status, error } = spawnSync('tsc', ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (error !== undefined) throw error;
if (status === 0) {
  // What is typed among them has just been compiled.
  await cp(join(root, 'templates'), join(dist, 'templates'), {
    recursive: true,
    filter: (path) => extname(path) !== '.mts' && !path.endsWith('__transpiled'),
  });
  await chmod(join(dist, 'scripts/posted.js'), 0o755);
} else {
  process.exitCode = 1;
}
