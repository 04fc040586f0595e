/** Prints how much code a page loads that follows a feed, with the client of Posted and with others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from './harness/markdown-table.ts';
import { installNodeModules, nodeModules } from './peers/node-modules.ts';
import { type Bytes, measureSize } from './sizes/measure-size.ts';
import { progress } from './support.ts';

const help = `Usage: node bench/sizes.ts

Bundles a page that connects with a token and logs posts, with the client of Posted and with others, each
minified for the browsers that Baseline calls widely available. Prints the bytes of the code that the page loads
at once, and of the code that it loads on demand.
`;

const peers = ['socket.io-client', 'centrifuge', 'graphql-ws', 'partysocket'];

const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
if (values.help) process.stdout.write(help);
else process.exitCode = await run();

/** Resolves with the exit code. */
async function run(): Promise<number> {
  const failure = await installNodeModules();
  if (failure !== null) {
    progress(failure);
    return 2;
  }
  const rows = [await measure('posted', 'posted.ts')];
  for (const peer of peers) rows.push(await measure(`${peer} ${versionOf(peer)}`, `${peer}.js`));
  const header = ['client', 'minified', 'gzip', 'on demand, minified', 'on demand, gzip'];
  process.stdout.write(`${table(header, rows)}\n`);
  return 0;
}

async function measure(name: string, page: string): Promise<readonly string[]> {
  const { initial, onDemand } = await measureSize(join(import.meta.dirname, 'sizes/pages', page));
  return [name, ...cells(initial), ...cells(onDemand)];
}

function cells({ minified, gzip }: Bytes): readonly string[] {
  return [minified, gzip].map((bytes) => (bytes === 0 ? '' : bytes.toLocaleString('en')));
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(nodeModules, name, 'package.json'), 'utf8')).version;
}
