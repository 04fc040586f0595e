import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContractModel } from './asyncapi/contract-model.ts';
import { type LoadedAsyncapi, loadAsyncapi } from './asyncapi/load-asyncapi.ts';
import { GenerationError, type Problem } from './contract/problem.ts';
import { type LoadedOpenapi, loadOpenapi } from './openapi/load-openapi.ts';
import type { SchemaSet } from './schemas/schema-set.ts';
import type { ContractTitle } from './source/typescript-source.ts';

export interface Contracts {
  /** The path of an AsyncAPI document. */
  readonly asyncapi: string;
  /** The path of an OpenAPI document; null for none. */
  readonly openapi: string | null;
}

export interface Reporter {
  /** Told of each step that is done. */
  progress(step: string): void;
  /** Told of what is allowed and probably not meant. */
  warn(warning: string): void;
}

/**
 * Writes all that the contracts give into a folder: `asyncapi/` and `openapi/`.
 *
 * @throws GenerationError with all that the first step to fail has found, in both contracts
 */
export async function generateFiles(contracts: Contracts, folder: string, reporter: Reporter): Promise<void> {
  const [websocket, rest] = await loadAll(contracts);
  for (const warning of [...websocket.warnings, ...(rest?.warnings ?? [])]) reporter.warn(warning);
  reporter.progress(`${contracts.asyncapi}: ${summarize(websocket.model)}`);
  if (rest !== null) reporter.progress(`${contracts.openapi}: ${count(rest.model.operations, 'operation')}`);

  const asyncapi = join(folder, 'asyncapi');
  await generateSchemas(websocket, 'posted/contract', asyncapi);
  reporter.progress(`asyncapi: ${summarizeSchemas(websocket.schemas)}`);
  const { renderTemplates } = await import('./asyncapi/render-templates.ts');
  await renderTemplates(['server', 'client'], websocket.parsed, websocket.model, asyncapi);
  reporter.progress('asyncapi: channels, handlers, publishers, client');
  if (rest === null) return;

  const openapi = join(folder, 'openapi');
  await generateSchemas(rest, 'posted/rest', openapi);
  reporter.progress(`openapi: ${summarizeSchemas(rest.schemas)}`);
  const { renderHandlers, renderOperations } = await import('./openapi/render-openapi.ts');
  await writeFile(join(openapi, 'operations.ts'), renderOperations(rest.model));
  await writeFile(join(openapi, 'handlers.ts'), renderHandlers(rest.model));
  reporter.progress('openapi: operations, handlers');
}

/** Both contracts, or all that is wrong with either. */
async function loadAll({ asyncapi, openapi }: Contracts): Promise<[LoadedAsyncapi, LoadedOpenapi | null]> {
  const [websocket, rest] = await Promise.allSettled([
    loadAsyncapi(asyncapi),
    openapi === null ? Promise.resolve(null) : loadOpenapi(openapi),
  ]);
  if (websocket.status === 'fulfilled' && rest.status === 'fulfilled') return [websocket.value, rest.value];
  const failures = [websocket, rest].flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  throw new GenerationError(failures.flatMap(problemsOf));
}

function problemsOf(failure: unknown): readonly Problem[] {
  if (failure instanceof GenerationError) return failure.problems;
  throw failure;
}

async function generateSchemas(
  { schemas, model }: { readonly schemas: SchemaSet; readonly model: ContractTitle },
  guardModule: 'posted/contract' | 'posted/rest',
  folder: string,
): Promise<void> {
  // Imported when the contracts have been found sound: loading Modelina, and later Generator, takes a second.
  const { generateModels } = await import('./schemas/generate-models.ts');
  const { declareValidators, generateValidators } = await import('./schemas/generate-validators.ts');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'models.ts'), await generateModels(schemas, model));
  await writeFile(join(folder, 'validators.js'), await generateValidators(schemas, model));
  await writeFile(join(folder, 'validators.d.ts'), declareValidators(schemas, model, guardModule));
}

function summarize({ channels }: ContractModel): string {
  const operations = channels.flatMap((channel) => channel.operations);
  const messages = operations.flatMap((operation) => operation.messages);
  return [count(channels, 'channel'), count(operations, 'operation'), count(messages, 'message')].join(', ');
}

function summarizeSchemas({ definitions, guards }: SchemaSet): string {
  return `models of ${count([...definitions], 'schema')}, ${count(guards, 'guard')}`;
}

function count(things: readonly unknown[], name: string): string {
  return `${things.length} ${name}${things.length === 1 ? '' : 's'}`;
}
