import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareProject, tempFolder, typeCheck } from '../scripts/generator.ts';
import { findExample, readUntil, root, start } from './examples.ts';

const project = tempFolder();

it('the examples of docs/testing.md compile, and pass', async () => {
  prepareProject(project);
  cpSync(join(root, 'test/runtime/testing/auction'), project, { recursive: true });
  const server =
    "import { createAuctions } from './auctions.ts';\nexport const createServer = () => createAuctions().server;\n";
  writeFileSync(join(project, 'server.ts'), server);
  const test = findExample('docs/testing.md', 'ts', 'await using');
  const refused = findExample('docs/testing.md', 'ts', 'status: 404').replace("'x'", "'unknown'");
  const older = findExample('docs/testing.md', 'ts', 'channels1');
  const [importOlder = '', ...connectOlder] = older.split('\n');
  const more = `it('more', async () => {\n  await using t = await testServer(createServer);\n${refused}${connectOlder.join('\n')}});\n`;
  writeFileSync(join(project, 'auction.test.ts'), `${importOlder}\n${test}${more}`);
  expect(await typeCheck(project)).toBe('');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const running = start(process.execPath, [vitest, 'run', '--root', project, '--no-color'], { cwd: project });
  expect(await readUntil(running, 'Duration')).toMatch(/Tests\s+2 passed/);
});
