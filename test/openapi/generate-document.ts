import { join } from 'node:path';
import { generateFiles } from '../../scripts/posted/generate-files.ts';
import type { LoadedOpenapi } from '../../scripts/posted/openapi/load-openapi.ts';
import { loadOpenapi } from '../../scripts/posted/openapi/load-openapi.ts';
import type { Generated } from './speak.ts';

export interface GeneratedDocument extends Generated {
  readonly loaded: LoadedOpenapi;
  readonly warnings: readonly string[];
}

/** The path of a document of these tests. */
export function documentPath(name: string): string {
  return join(import.meta.dirname, 'documents', `${name}.yaml`);
}

/** Generates code from an OpenAPI document alone into a folder of a project, and loads it. */
export async function generateDocument(file: string, folder: string): Promise<GeneratedDocument> {
  const warnings: string[] = [];
  await generateFiles(
    { asyncapi: null, openapi: file, messages: new Map() },
    { strict: false, targets: new Set(['server', 'client', 'python']), extension: 'ts' },
    folder,
    { progress() {}, warn: (text) => void warnings.push(text), note() {} },
  );
  const loaded = await loadOpenapi(file, { use: 'server' });
  const { operations } = await import(join(folder, 'openapi/operations.ts'));
  const { api } = await import(join(folder, 'openapi/client.ts'));
  return { loaded, warnings, operations, api };
}
