/** `node scripts/dev/openapi-documents.ts FOLDER`: which of the OpenAPI documents in a folder work, and why the others do not. */
import { renderAttempts, tryDocuments } from '../../test/openapi/try-documents.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Name a folder with OpenAPI documents.\n');
  process.exitCode = 2;
} else {
  process.stdout.write(`${renderAttempts(await tryDocuments(folder))}\n`);
}
