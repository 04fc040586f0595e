import { type ContractDocument, documentOf } from '../contract/contract-document.ts';
import { type AllowedFiles, ContractFiles } from '../contract/contract-files.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { Problems } from '../contract/problems.ts';
import { checkSchemas } from '../schemas/check-schemas.ts';
import { SchemaSet } from '../schemas/schema-set.ts';
import { warnOfSlowPatterns } from '../schemas/slow-patterns.ts';
import type { ContractTitle } from '../source/preamble.ts';
import { addAuth, withoutAuth } from './auth/add-auth.ts';
import { bundle } from './bundle.ts';
import type { ContractModel } from './contract-model.ts';
import { expandDelivery } from './delivery/expand-delivery.ts';
import { createMessageReader } from './messages.ts';
import { type ParsedDocument, parseAsyncapi } from './official-parser.ts';
import { documentOfServer, type Perspective } from './perspective.ts';
import { readAsyncapi, titleOf, type Use } from './read-asyncapi.ts';
import { repairAddresses } from './repair-addresses.ts';
import { applyTraits } from './traits.ts';

export interface LoadAsyncapiOptions extends AllowedFiles {
  /** Whether warnings count as problems. Default: false. */
  readonly strict?: boolean;
  /** Default: what the document says in `x-perspective`, or else `server`. */
  readonly perspective?: Perspective | undefined;
  /** What is generated. Default: `server`, which includes clients. */
  readonly use?: Use;
}

export interface LoadedAsyncapi {
  /** The contract as one AsyncAPI 3.0.0 document, without traits. */
  readonly document: ContractDocument;
  /** Whether the document differs from what its author wrote, because of `x-delivery`, `x-auth`, its perspective or a repair. */
  readonly isExpanded: boolean;
  /** The output of the official parser, for @asyncapi/generator. */
  readonly parsed: ParsedDocument;
  readonly model: ContractModel;
  readonly schemas: SchemaSet;
  readonly warnings: readonly string[];
  /** The absolute paths of all its local files. */
  readonly files: readonly string[];
}

/**
 * Reads and checks an AsyncAPI document: 2.x, 3.0 or 3.1, JSON or YAML, in one or more files.
 *
 * @throws GenerationError with all problems that the first failed step found
 */
export async function loadAsyncapi(
  file: string,
  { strict = false, perspective, use = 'server', ...allowed }: LoadAsyncapiOptions = {},
): Promise<LoadedAsyncapi> {
  const files = new ContractFiles(allowed);
  const read = await readDocument(file, files, new Problems(strict));
  const { document, parsed, isExpanded } = await expand(read, perspective);
  const root = new ContractNode(document);
  const schemas = new SchemaSet(document, 'draft-07', root.get('components', 'schemas'));
  const model = readAsyncapi(root, schemas, use);
  checkSchemas(document, schemas);
  await warnOfSlowPatterns(document, schemas);
  document.throwProblems();
  const published = addAuth(document, model);
  return {
    document: published,
    isExpanded: isExpanded || published !== document,
    parsed,
    model,
    schemas,
    warnings: document.warnings,
    files: files.paths,
  };
}

/** The messages of a document, whatever its protocols are. */
interface LoadedMessages extends Pick<LoadedAsyncapi, 'schemas' | 'warnings' | 'files'> {
  readonly title: ContractTitle;
}

/**
 * Reads and checks only the messages of an AsyncAPI document, whatever its protocols are.
 *
 * @throws GenerationError with all problems that the first failed step found
 */
export async function loadMessages(
  file: string,
  { strict = false, ...allowed }: LoadAsyncapiOptions = {},
): Promise<LoadedMessages> {
  const files = new ContractFiles(allowed);
  const { document } = await readDocument(file, files, new Problems(strict));
  const root = new ContractNode(document);
  const schemas = new SchemaSet(document, 'draft-07', root.get('components', 'schemas'));
  const read = createMessageReader(schemas, root.text('defaultContentType'));
  const channels = root.get('channels')?.items ?? [];
  const messages = [
    root.get('components', 'messages'),
    ...channels.map((channel) => channel.get('messages')),
  ];
  for (const [name, message] of messages.flatMap((node) => node?.entries ?? [])) read(name, message);
  checkSchemas(document, schemas);
  await warnOfSlowPatterns(document, schemas);
  document.throwProblems();
  const { warnings } = document;
  return { schemas, warnings, files: files.paths, title: titleOf(root) };
}

type ReadDocument = Pick<LoadedAsyncapi, 'document' | 'parsed'>;

async function readDocument(file: string, files: ContractFiles, problems: Problems): Promise<ReadDocument> {
  const main = await files.readMain(file);
  const version = versionOf(documentOf(main, problems));
  const bundled = await bundle(main, files, problems);
  bundled.throwProblems();
  if (version.startsWith('2')) {
    // The parser's advice concerns what the conversion changes anyway.
    await parseAsyncapi(bundled, version, true);
    // Imported on demand, because it includes a YAML parser and an OpenAPI converter.
    const { convertVersion2 } = await import('./convert-version2.ts');
    const document = convertVersion2(applyTraits(bundled, 'traits'));
    return { document, parsed: await parseAsyncapi(document, '3.0.0', false) };
  }
  // 3.1 changes nothing for WebSocket, but several tools read such a document as empty.
  const document = bundled.transform({ ...Object(bundled.value), asyncapi: '3.0.0' }, new Map());
  const parsed = await parseAsyncapi(document, '3.0.0', false);
  return { document: applyTraits(document, 'object'), parsed };
}

/**
 * Repairs its addresses, makes it the document of the server, and adds the parts that `x-delivery` implies. All later steps treat them as if the
 * author had written them.
 */
async function expand(
  { document: own, parsed }: ReadDocument,
  perspective: Perspective | undefined,
): Promise<ReadDocument & Pick<LoadedAsyncapi, 'isExpanded'>> {
  const document = expandDelivery(withoutAuth(documentOfServer(repairAddresses(own), perspective)));
  const isExpanded = document !== own;
  return {
    document,
    parsed: isExpanded ? await parseAsyncapi(document, '3.0.0', false) : parsed,
    isExpanded,
  };
}

/** @throws GenerationError for an unsupported version */
function versionOf(document: ContractDocument): string {
  const root = new ContractNode(document);
  const version = root.text('asyncapi');
  if (/^(2\.[0-6]\.0|3\.0\.0|3\.1\.\d+)$/.test(version)) return version;
  const given = root.get('asyncapi')?.value;
  const what =
    given === undefined
      ? 'this is not an AsyncAPI document'
      : `AsyncAPI version ${JSON.stringify(given)} is not supported`;
  root.reportAt('asyncapi', what, "set `asyncapi` to '3.0.0', '3.1.0', or '2.0.0' to '2.6.0'");
  document.throwProblems();
  return version;
}
