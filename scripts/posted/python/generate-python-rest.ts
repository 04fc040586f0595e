import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedOpenapi } from '../openapi/load-openapi.ts';
import { generatePythonModels } from './generate-python-models.ts';
import { pythonModelsOf } from './python-models.ts';
import { pythonRestOf, restInputs } from './python-rest.ts';
import { renderRestClientModule, renderRestInit } from './render-python-rest.ts';

/** Writes the subpackage `rest` of a Python package: the client of an OpenAPI contract and its models. */
export async function generatePythonRest(
  { model, schemas }: Pick<LoadedOpenapi, 'model' | 'schemas'>,
  packageFolder: string,
): Promise<void> {
  const models = pythonModelsOf(schemas, restInputs(model, schemas));
  const rest = pythonRestOf(model, models);
  const folder = join(packageFolder, 'rest');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '__init__.py'), renderRestInit(rest));
  await writeFile(join(folder, 'client.py'), renderRestClientModule(rest));
  await writeFile(
    join(folder, 'models.py'),
    await generatePythonModels(models, model, 'The types of parameters, bodies and headers.'),
  );
}
