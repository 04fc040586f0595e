import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedOpenapi } from '../openapi/load-openapi.ts';
import { preamble } from '../source/preamble.ts';
import { generatePythonModels } from './generate-python-models.ts';
import { pythonModelsOf } from './python-models.ts';
import { packageName } from './python-names.ts';
import { renderProject, renderRestReadme } from './python-project.ts';
import { pythonRestOf, restInputs } from './python-rest.ts';
import { copyRuntime, isRestModule } from './python-runtime.ts';
import { docstring } from './python-source.ts';
import { renderRestClientModule, renderRestInit } from './render-python-rest.ts';

/** What the modules of REST clients import besides each other. */
const shared: ReadonlySet<string> = new Set([
  '__init__.py',
  'json_path.py',
  'jwt_lifetime.py',
  'redaction.py',
  'token_source.py',
]);

/** Writes a Python package that pip can install into a folder: the client of an OpenAPI contract without channels. */
export async function generatePythonRestProject(
  { model, schemas }: Pick<LoadedOpenapi, 'model' | 'schemas'>,
  folder: string,
): Promise<void> {
  const packageFolder = join(folder, packageName(model.title));
  await mkdir(packageFolder, { recursive: true });
  await writeFile(join(folder, 'pyproject.toml'), renderProject(model, 'rest'));
  await writeFile(join(folder, 'README.md'), renderRestReadme(model));
  const about = docstring(`The REST client of ${model.title} ${model.version} is in \`rest\`.`);
  await writeFile(
    join(packageFolder, '__init__.py'),
    `${[preamble(model, 'python'), ...about].join('\n')}\n`,
  );
  // Tells type checkers that the package has types (PEP 561).
  await writeFile(join(packageFolder, 'py.typed'), `${preamble(model, 'python')}\n`);
  await generatePythonRest({ model, schemas }, packageFolder);
  await copyRuntime(model, packageFolder, (file) => isRestModule(file) || shared.has(file));
}

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
