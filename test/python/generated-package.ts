import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { loadOpenapi } from '../../scripts/posted/openapi/load-openapi.ts';
import { generatePython } from '../../scripts/posted/python/generate-python.ts';
import { installProject } from './python.ts';

export interface GeneratedPackage {
  /** The generated folder. */
  readonly project: string;
  /** The folder that Python imports it from. */
  readonly packages: string;
  remove(): Promise<void>;
}

/** Generates the Python package of documents and installs it with pip, or only generates it, which takes less time. */
export async function generatePackage(
  document: string,
  openapi?: string,
  { install = true } = {},
): Promise<GeneratedPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-package-'));
  const [project, packages] = [join(folder, 'python'), join(folder, 'packages')];
  const websocket = await loadAsyncapi(document, { allowRemote: false, strict: false });
  const rest = openapi === undefined ? null : await loadOpenapi(openapi);
  await generatePython({ ...websocket, rest }, project);
  if (install) await installProject(project, packages);
  return {
    project,
    packages: install ? packages : project,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
