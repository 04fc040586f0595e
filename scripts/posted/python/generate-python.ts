import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContractModel } from '../asyncapi/contract-model.ts';
import type { ParsedDocument } from '../asyncapi/official-parser.ts';
import { usesMsgpack } from '../asyncapi/render-descriptor.ts';
import { renderTemplates } from '../asyncapi/render-templates.ts';
import type { LoadedOpenapi } from '../openapi/load-openapi.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { preamble } from '../source/preamble.ts';
import { generatePythonModels } from './generate-python-models.ts';
import { generatePythonRest } from './generate-python-rest.ts';
import { generatePythonSchemas } from './generate-python-schemas.ts';
import { messageContentsOf } from './message-contents.ts';
import { parameterInputs } from './parameter-inputs.ts';
import { pythonContractOf } from './python-contract.ts';
import { pythonModelsOf } from './python-models.ts';
import { packageName } from './python-names.ts';
import { renderProject, renderReadme } from './python-project.ts';
import { copyRuntime, isRestModule, msgpackModule } from './python-runtime.ts';

interface PythonInput {
  readonly parsed: ParsedDocument;
  readonly model: ContractModel;
  readonly schemas: SchemaSet;
  /** The REST contract of the same server; null if it has no REST operations. */
  readonly rest: Pick<LoadedOpenapi, 'model' | 'schemas'> | null;
}

/**
 * Writes a Python package that pip can install into a folder: the contract's models, schemas and clients, and the
 * runtime that they need.
 *
 * @throws GenerationError for patterns that Python does not support
 */
export async function generatePython(
  { parsed, model, schemas, rest }: PythonInput,
  folder: string,
): Promise<void> {
  const contents = messageContentsOf(model, schemas);
  const models = pythonModelsOf(schemas, new Map([...contents.schemas, ...parameterInputs(model, schemas)]));
  const contract = pythonContractOf(model, schemas, models, contents);
  const schemaModule = generatePythonSchemas(schemas, model);
  const packageFolder = join(folder, packageName(model.title));
  await mkdir(packageFolder, { recursive: true });
  const hasMsgpack = usesMsgpack(model.channels);
  const project = renderProject(model, rest === null ? 'channels' : 'both', hasMsgpack);
  await writeFile(join(folder, 'pyproject.toml'), project);
  await writeFile(join(folder, 'README.md'), renderReadme(contract, rest !== null));
  await writeFile(join(packageFolder, 'models.py'), await generatePythonModels(models, model));
  await writeFile(join(packageFolder, 'schemas.py'), schemaModule);
  // Tells type checkers that the package has types (PEP 561).
  await writeFile(join(packageFolder, 'py.typed'), `${preamble(model, 'python')}\n`);
  await renderTemplates(['python'], parsed, { contract }, packageFolder);
  if (rest !== null) await generatePythonRest(rest, packageFolder);
  const isNeeded = (file: string): boolean =>
    (rest !== null || !isRestModule(file)) && (hasMsgpack || file !== msgpackModule);
  await copyRuntime(model, packageFolder, isNeeded);
}
