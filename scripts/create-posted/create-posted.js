#!/usr/bin/env node
// `npm create posted`: runs `posted init` with the same arguments. JavaScript, so that it needs no build.
process.argv.splice(2, 0, 'init');
void import('@posted/cli/command');
