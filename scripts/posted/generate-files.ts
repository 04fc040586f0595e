import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ContractModel } from './asyncapi/contract-model.ts';
import { contractNotes } from './asyncapi/contract-notes.ts';
import type { LoadedAsyncapi } from './asyncapi/load-asyncapi.ts';
import type { Perspective } from './asyncapi/perspective.ts';
import { streamObstacle } from './asyncapi/stream-obstacle.ts';
import type { AllowedFiles } from './contract/contract-files.ts';
import { GenerationError, type Problem } from './contract/generation-error.ts';
import type { LoadedOpenapi } from './openapi/load-openapi.ts';
import type { OpenapiUse } from './openapi/rest-model.ts';
import type { ValidatorsOptions } from './schemas/generate-validators.ts';
import type { SchemaSet } from './schemas/schema-set.ts';
import { type ContractTitle, prettierConfiguration } from './source/preamble.ts';
import type { ImportExtension } from './source/typescript-source.ts';

export interface Contracts {
  /** The path of an AsyncAPI document; null for an OpenAPI document without one. */
  readonly asyncapi: string | null;
  /** The path of an OpenAPI document; null if there is none. */
  readonly openapi: string | null;
  /** The paths of further AsyncAPI documents, of any protocol, by the output folder of their messages. */
  readonly messages: ReadonlyMap<string, string>;
}

export interface LoadOptions extends AllowedFiles {
  /** Whether warnings count as problems. */
  readonly strict: boolean;
  /** Whose operations the AsyncAPI document describes. Default: what it says in `x-perspective`, or else `server`. */
  readonly perspective?: Perspective | undefined;
}

/** The possible outputs. `server` and `client` are TypeScript and share models and validators. */
export const targets = ['server', 'client', 'python', 'docs'] as const;
export type Target = (typeof targets)[number];

export interface GenerateOptions extends LoadOptions {
  readonly targets: ReadonlySet<Target>;
  readonly extension: ImportExtension;
}

export interface Reporter {
  /** Called after each step. */
  progress(step: string): void;
  /** Called for each construct that is valid but probably a mistake. */
  warn(warning: string): void;
  /** Called with information about a valid contract. */
  note(note: string): void;
}

interface Loaded {
  readonly websocket: LoadedAsyncapi;
  readonly rest: LoadedOpenapi | null;
  /** The absolute paths of all files that were read. */
  readonly files: string[];
}

/**
 * Generates code from contracts into a folder: `asyncapi/`, `openapi/`, `python/` and `docs/`. Resolves with the
 * absolute paths of all files of the contracts.
 *
 * @throws GenerationError with all problems that the first failed step found, in both contracts
 */
export async function generateFiles(
  contracts: Contracts,
  options: GenerateOptions,
  folder: string,
  reporter: Reporter,
): Promise<readonly string[]> {
  const { asyncapi, openapi } = contracts;
  const { targets: selected, extension } = options;
  if (asyncapi === null) return await generateRestFiles(openapi ?? '', options, folder, reporter);
  const use = selected.has('server') ? 'server' : 'client';
  const loaded = await loadContracts({ asyncapi, openapi }, { ...options, use }, reporter);
  const { websocket, rest, files } = loaded;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.prettierrc.yaml'), prettierConfiguration(websocket.model));
  for (const note of await contractNotes(websocket)) reporter.note(note);
  if (selected.has('server') || selected.has('client')) {
    await generateAsyncapi(websocket, options, join(folder, 'asyncapi'), reporter);
  }
  if (rest !== null && (selected.has('server') || selected.has('client'))) {
    await generateOpenapi(rest, options, join(folder, 'openapi'), reporter);
  }
  if (selected.has('python')) {
    const { generatePython } = await import('./python/generate-python.ts');
    await generatePython({ ...websocket, rest }, join(folder, 'python'));
    reporter.progress(`python: models, client${rest === null ? '' : ', REST client'}`);
  }
  if (selected.has('docs')) {
    const { generateDocs } = await import('./docs/generate-docs.ts');
    const documents = {
      asyncapi: {
        file: websocket.document.file,
        value: websocket.document.value,
        isExpanded: websocket.isExpanded,
      },
      openapi: rest?.document ?? null,
      title: websocket.model.title,
      streams: websocket.model.channels
        .filter((channel) => streamObstacle(channel) === null)
        .map(({ address }) => address),
    };
    await generateDocs(documents, join(folder, 'docs'));
    reporter.progress('docs: the page');
  }
  for (const [name, file] of contracts.messages) {
    const { loadMessages } = await import('./asyncapi/load-asyncapi.ts');
    const { schemas, title, warnings, files: further } = await loadMessages(file, options);
    for (const text of warnings) reporter.warn(text);
    await generateSchemas(
      { schemas, model: title },
      { guardModule: 'posted/contract', extension, forClients: new Set() },
      join(folder, name),
    );
    reporter.progress(`${name}: ${summarizeSchemas(schemas)}`);
    files.push(...further);
  }
  return files;
}

/** Generates the client of an OpenAPI document, and the modules of its server if they are selected. */
async function generateRestFiles(
  openapi: string,
  options: GenerateOptions,
  folder: string,
  reporter: Reporter,
): Promise<readonly string[]> {
  const { strict, targets: selected } = options;
  const { loadOpenapi } = await import('./openapi/load-openapi.ts');
  const rest = await loadOpenapi(openapi, { strict, use: selected.has('server') ? 'server' : 'client' });
  for (const text of rest.warnings) reporter.warn(text);
  reporter.progress(`${openapi}: ${count(rest.model.operations, 'operation')}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.prettierrc.yaml'), prettierConfiguration(rest.model));
  if (selected.has('server') || selected.has('client')) {
    await generateOpenapi(rest, options, join(folder, 'openapi'), reporter);
  }
  if (selected.has('python')) {
    const { generatePythonRestProject } = await import('./python/generate-python-rest.ts');
    await generatePythonRestProject(rest, join(folder, 'python'));
    reporter.progress('python: REST client');
  }
  if (selected.has('docs')) {
    const { generateDocs } = await import('./docs/generate-docs.ts');
    await generateDocs(
      { asyncapi: null, openapi: rest.document, title: rest.model.title },
      join(folder, 'docs'),
    );
    reporter.progress('docs: the page');
  }
  return [resolve(openapi)];
}

/** @throws GenerationError with the problems of both contracts */
export async function loadContracts(
  { asyncapi, openapi }: { readonly asyncapi: string; readonly openapi: string | null },
  options: LoadOptions & { readonly use?: OpenapiUse },
  reporter: Reporter,
): Promise<Loaded> {
  // Imported on demand: loading the parsers takes a second.
  const loads = await Promise.allSettled([
    import('./asyncapi/load-asyncapi.ts').then(({ loadAsyncapi }) => loadAsyncapi(asyncapi, options)),
    openapi === null
      ? null
      : import('./openapi/load-openapi.ts').then(({ loadOpenapi }) => loadOpenapi(openapi, options)),
  ]);
  const [websocket, rest] = loads;
  if (websocket.status === 'rejected' || rest.status === 'rejected') {
    const failures = loads.flatMap((load) => (load.status === 'rejected' ? [load.reason] : []));
    throw new GenerationError(failures.flatMap(problemsOf));
  }
  for (const text of [...websocket.value.warnings, ...(rest.value?.warnings ?? [])]) reporter.warn(text);
  reporter.progress(`${asyncapi}: ${summarize(websocket.value.model)}`);
  if (rest.value !== null)
    reporter.progress(`${openapi}: ${count(rest.value.model.operations, 'operation')}`);
  const files = [...websocket.value.files, ...(openapi === null ? [] : [resolve(openapi)])];
  return { websocket: websocket.value, rest: rest.value, files };
}

function problemsOf(failure: unknown): readonly Problem[] {
  if (failure instanceof GenerationError) return failure.problems;
  throw failure;
}

async function generateAsyncapi(
  { parsed, model, schemas }: LoadedAsyncapi,
  { targets: selected, extension }: GenerateOptions,
  folder: string,
  reporter: Reporter,
): Promise<void> {
  const forClients = selected.has('client');
  const { generateClientValidators } = await import('./schemas/generate-client-validators.ts');
  const { clientGuards } = await import('./asyncapi/render-descriptor.ts');
  const { asClient, asServer } = await import('./asyncapi/union-messages.ts');
  const ofServer = { ...model, channels: model.channels.map(asServer) };
  const ofClient = { ...model, channels: model.channels.map(asClient) };
  const used = clientGuards(ofClient.channels);
  const guards = schemas.guards.filter(({ name }) => used.has(name));
  const client =
    forClients && guards.length > 0 ? generateClientValidators(schemas, guards, model, extension) : null;
  await generateSchemas(
    { schemas, model },
    { guardModule: 'posted/contract', extension, forClients: client?.imported ?? new Set() },
    folder,
  );
  if (client !== null) await writeFile(join(folder, 'client-validators.ts'), client.source);
  reporter.progress(`asyncapi: ${summarizeSchemas(schemas)}`);
  const { renderTemplates } = await import('./asyncapi/render-templates.ts');
  await renderTemplates(['server'], parsed, { contract: ofServer, extension }, folder);
  if (forClients) await renderTemplates(['client'], parsed, { contract: ofClient, extension }, folder);
  reporter.progress(`asyncapi: channels, handlers${forClients ? ', client' : ''}`);
}

async function generateOpenapi(
  { model, schemas }: LoadedOpenapi,
  { targets: selected, extension }: GenerateOptions,
  folder: string,
  reporter: Reporter,
): Promise<void> {
  const forServer = selected.has('server');
  if (forServer) {
    await generateSchemas(
      { schemas, model },
      { guardModule: 'posted/rest', extension, forClients: new Set() },
      folder,
    );
    const { renderHandlers, renderOperations } = await import('./openapi/render-openapi.ts');
    await writeFile(join(folder, 'operations.ts'), renderOperations(model, extension));
    await writeFile(join(folder, 'handlers.ts'), renderHandlers(model, extension));
  } else {
    await writeModels(schemas, model, folder);
  }
  reporter.progress(`openapi: ${forServer ? summarizeSchemas(schemas) : summarizeModels(schemas)}`);
  if (selected.has('client')) {
    const { renderRestClient } = await import('./openapi/render-rest-client.ts');
    await writeFile(join(folder, 'client.ts'), renderRestClient(model, extension));
  }
  const parts = [
    ...(forServer ? ['operations', 'handlers'] : []),
    ...(selected.has('client') ? ['client'] : []),
  ];
  reporter.progress(`openapi: ${parts.join(', ')}`);
}

async function generateSchemas(
  { schemas, model }: { readonly schemas: SchemaSet; readonly model: ContractTitle },
  options: ValidatorsOptions,
  folder: string,
): Promise<void> {
  await writeModels(schemas, model, folder);
  const { generateValidators } = await import('./schemas/generate-validators.ts');
  await writeFile(join(folder, 'validators.ts'), await generateValidators(schemas, model, options));
}

async function writeModels(schemas: SchemaSet, title: ContractTitle, folder: string): Promise<void> {
  // Imported only for valid contracts: loading Modelina takes a second.
  const { generateModels } = await import('./schemas/generate-models.ts');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'models.ts'), await generateModels(schemas, title));
}

function summarize({ channels }: ContractModel): string {
  const operations = channels.flatMap((channel) => channel.operations);
  const messages = operations.flatMap((operation) => operation.messages);
  return [count(channels, 'channel'), count(operations, 'operation'), count(messages, 'message')].join(', ');
}

function summarizeSchemas(schemas: SchemaSet): string {
  return `${summarizeModels(schemas)}, ${count(schemas.guards, 'guard')}`;
}

function summarizeModels({ definitions }: SchemaSet): string {
  return `models of ${count([...definitions], 'schema')}`;
}

function count(items: readonly unknown[], name: string): string {
  return `${items.length} ${name}${items.length === 1 ? '' : 's'}`;
}
