#!/usr/bin/env node
// Only syntax and names that old versions of Node know, and no import before the version is known: an old one
// would fail on what it does not know instead of saying so.
const [major = 0] = process.versions.node.split('.').map(Number);

if (major < 24) {
  process.stderr.write(
    `posted needs Node.js 24 or later, and this is ${process.version}. Install a later one: https://nodejs.org\n`,
  );
  process.exitCode = 2;
} else {
  void import('./cli/main.ts').then(({ main }) => main(process.argv.slice(2)));
}
