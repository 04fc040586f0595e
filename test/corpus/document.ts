import { join } from 'node:path';
import type { ContractModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import type { Perspective } from '../../scripts/posted/asyncapi/perspective.ts';
import { generateFiles, type Target } from '../../scripts/posted/generate-files.ts';
import type { SchemaSet } from '../../scripts/posted/schemas/schema-set.ts';
import type { ChannelDescriptor, Contract } from '../../src/runtime/server/index.ts';
import type { LooseTypes } from '../support/contract-server.ts';

/** A document of the corpus, and the code generated from it. */
export interface CorpusDocument {
  readonly model: ContractModel;
  readonly schemas: SchemaSet;
  readonly contract: Contract<LooseTypes>;
  /** The descriptors for clients, by channel name. */
  readonly clientChannels: Readonly<Record<string, ChannelDescriptor>>;
}

export interface DocumentOptions {
  readonly perspective?: Perspective;
  /** Besides the server and the client. */
  readonly targets?: readonly Target[];
}

/**
 * Generates code from a document into a project's folder `generated/NAME`, and loads it.
 *
 * @throws GenerationError
 */
export async function generateDocument(
  file: string,
  project: string,
  name: string,
  { perspective, targets = [] }: DocumentOptions = {},
): Promise<CorpusDocument> {
  const options = {
    allowRemote: false,
    strict: false,
    perspective,
    targets: new Set<Target>(['server', 'client', ...targets]),
    extension: 'ts',
  } as const;
  const folder = join(project, 'generated', name);
  await generateFiles({ asyncapi: file, openapi: null, messages: new Map() }, options, folder, {
    progress() {},
    warn() {},
    note() {},
  });
  const { model, schemas } = await loadAsyncapi(file, options);
  const { contract } = await import(join(folder, 'asyncapi/channels.ts'));
  const client: Readonly<Record<string, ChannelDescriptor>> = await import(
    join(folder, 'asyncapi/client.ts')
  );
  const clientChannels = model.channels.map(({ name: channel, identifier }) => [channel, client[identifier]]);
  return { model, schemas, contract, clientChannels: Object.fromEntries(clientChannels) };
}
