/** `npm run documents -- FOLDER`: how far the AsyncAPI documents in a folder come, as a table. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPassed, triedTable } from '../../test/corpus/tried-table.ts';
import { tryDocuments } from '../../test/corpus/try-documents.ts';
import { prepareProject } from '../../test/scripts/generator.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Write `npm run documents -- FOLDER`.');
const project = mkdtempSync(join(tmpdir(), 'posted-documents-'));
try {
  prepareProject(project);
  const tried = await tryDocuments(folder, {
    project,
    perspectives: ['server', 'client'],
    progress: (text) => void process.stderr.write(`${text}\n`),
  });
  process.stdout.write(triedTable(tried));
  process.exitCode = tried.every((each) => isPassed(each) || !each.isValid) ? 0 : 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}
