/** `npm run generate:check`: fails when generated/ is not what the contracts give. It changes nothing. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, warn } from './command.ts';
import { generateFiles } from './generate-files.ts';
import { filesIn } from './replace-folder.ts';

const usage = `Usage: node scripts/check-drift.ts [options]

Generates into a temporary folder and compares it with the generated files, byte for
byte. Exits with 1, and names each file, when they differ.
`;

await runCommand(usage, async ({ contracts, out }) => {
  const fresh = await mkdtemp(join(tmpdir(), 'posted-drift-'));
  try {
    await generateFiles(contracts, fresh, { progress() {}, warn });
    const drift = await compare(fresh, out);
    if (drift.length === 0) {
      process.stdout.write(`${out} is what the contracts give.\n`);
      return;
    }
    process.stderr.write(`${out} is not what the contracts give:\n${drift.join('\n')}\n`);
    process.stderr.write('Run `npm run generate` and commit the result.\n');
    process.exitCode = 1;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
});

/** One line for each file that is missing, that should not be there, or that has other content. */
async function compare(expected: string, actual: string): Promise<readonly string[]> {
  const [wanted, found] = [new Set(await filesIn(expected)), new Set(await filesIn(actual))];
  const drift: string[] = [];
  for (const path of wanted.union(found)) {
    if (!found.has(path)) drift.push(`  missing     ${path}`);
    else if (!wanted.has(path)) drift.push(`  unexpected  ${path}`);
    else if (!(await sameContent(join(expected, path), join(actual, path))))
      drift.push(`  changed     ${path}`);
  }
  return drift;
}

async function sameContent(one: string, other: string): Promise<boolean> {
  return (await readFile(one)).equals(await readFile(other));
}
