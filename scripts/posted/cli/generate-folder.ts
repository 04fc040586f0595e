import {
  type Contracts,
  type GenerateOptions,
  generateFiles,
  type LoadOptions,
  type Reporter,
} from '../generate-files.ts';
import { replaceFolder } from '../replace-folder.ts';

/** Replaces a folder with generated code. Resolves with the files that the contracts consist of. */
export async function generateFolder(
  out: string,
  contracts: Contracts,
  options: GenerateOptions,
  reporter: Reporter,
): Promise<readonly string[]> {
  let files: readonly string[] = [];
  await replaceFolder(out, async (folder) => {
    files = await generateFiles(contracts, options, folder, reporter);
  });
  return files;
}

/** Generates what a project of `posted init` contains: the server and the client of one document. */
export function generateProject(
  out: string,
  document: string,
  options: LoadOptions,
  reporter: Reporter,
): Promise<readonly string[]> {
  return generateFolder(
    out,
    { asyncapi: document, openapi: null, messages: new Map() },
    { ...options, targets: new Set(['server', 'client']), extension: 'ts' },
    reporter,
  );
}
