/** `npm run generate`: from the contracts, everything under generated/. */
import { createReporter, runCommand } from './command.ts';
import { generateFiles } from './generate-files.ts';
import { filesIn, replaceFolder } from './replace-folder.ts';

const usage = `Usage: node scripts/generate.ts [options]

Checks the contracts and generates types, validators, channel descriptors, handler
interfaces, publishers and a client from them. The folder of the generated files is
replaced as a whole; if the contracts have problems it stays as it is.
`;

await runCommand(usage, async ({ contracts, out }) => {
  const startMs = performance.now();
  await replaceFolder(out, (folder) => generateFiles(contracts, folder, createReporter()));
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(`${out}: ${(await filesIn(out)).length} files in ${seconds} s\n`);
});
