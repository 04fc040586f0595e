import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContractModel } from '../asyncapi/contract-model.ts';
import type { ParsedDocument } from '../asyncapi/official-parser.ts';
import { renderTemplates } from '../asyncapi/render-templates.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { preamble } from '../source/preamble.ts';
import { generatePythonModels } from './generate-python-models.ts';
import { pythonContractOf } from './python-contract.ts';
import { packageName } from './python-names.ts';
import { renderProject, renderReadme } from './python-project.ts';
import { generatePythonSchemas } from './python-schemas.ts';
import { pythonModelsOf } from './python-types.ts';
import { relaxedSchemas } from './relaxed-schemas.ts';

const runtime = join(import.meta.dirname, '../../../templates/python/runtime');

interface PythonInput {
  readonly parsed: ParsedDocument;
  readonly model: ContractModel;
  readonly schemas: SchemaSet;
}

/**
 * Writes a Python package into a folder: a project that pip installs, with the contract's models, schemas and
 * clients, and the runtime that they need.
 *
 * @throws GenerationError for what Python cannot say
 */
export async function generatePython({ parsed, model, schemas }: PythonInput, folder: string): Promise<void> {
  const models = pythonModelsOf(schemas, relaxedSchemas(model, schemas));
  const contract = pythonContractOf(model, schemas, models);
  const schemaModule = generatePythonSchemas(schemas, model);
  const home = join(folder, packageName(model.title));
  await mkdir(join(home, '_runtime'), { recursive: true });
  await writeFile(join(folder, 'pyproject.toml'), renderProject(model));
  await writeFile(join(folder, 'README.md'), renderReadme(contract));
  await writeFile(join(home, 'models.py'), await generatePythonModels(models, model));
  await writeFile(join(home, 'schemas.py'), schemaModule);
  // Type checkers look whether there is such a file (PEP 561).
  await writeFile(join(home, 'py.typed'), `${preamble(model, 'python')}\n`);
  await renderTemplates(['python'], parsed, { contract }, home);
  for (const file of (await readdir(runtime)).filter((name) => name.endsWith('.py'))) {
    const source = await readFile(join(runtime, file), 'utf8');
    await writeFile(join(home, '_runtime', file), `${preamble(model, 'python')}\n${source}`);
  }
}
