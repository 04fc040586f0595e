#!/usr/bin/env node
// Old versions of Node must be able to parse this file and report that they are too old: no recent syntax, and no
// import before the check.
const [major = 0] = process.versions.node.split('.').map(Number);

if (major < 24) {
  process.stderr.write(
    `posted requires Node.js 24 or later, but this is ${process.version}. Install it from https://nodejs.org\n`,
  );
  process.exitCode = 2;
} else {
  void import('node:module')
    // Most of the time goes into compiling the parsers.
    .then(({ enableCompileCache }) => enableCompileCache())
    .then(() => import('./cli/main.ts'))
    .then(({ main }) => main(process.argv.slice(2)));
}
