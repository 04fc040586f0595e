import { type AsyncAPIDocumentInterface, Parser } from '@asyncapi/parser';
import { checkDocument } from '../contract/check-document.ts';
import { type ContractDocument, readContract } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import { checkSchemas } from '../schemas/check-schemas.ts';
import { SchemaSet } from '../schemas/schema-set.ts';
import type { ContractModel } from './contract-model.ts';
import { readAsyncapi } from './read-asyncapi.ts';

export interface LoadedAsyncapi {
  /** As the official parser understands it: what @asyncapi/generator is given. */
  readonly parsed: AsyncAPIDocumentInterface;
  readonly model: ContractModel;
  readonly schemas: SchemaSet;
  readonly warnings: readonly string[];
}

/**
 * Reads and checks an AsyncAPI document.
 *
 * @throws GenerationError with all that the first step to fail has found
 */
export async function loadAsyncapi(file: string): Promise<LoadedAsyncapi> {
  const document = await readContract(file);
  const root = new ContractNode(document);
  if (root.text('asyncapi') !== '3.0.0') {
    root.reportAt('asyncapi', 'this is no AsyncAPI 3.0.0 document', 'convert it to `asyncapi: 3.0.0`');
  }
  // Before the parser, which would fetch what a reference to another place names.
  checkDocument(document);
  document.throwProblems();

  const parsed = await parse(document);
  const schemas = new SchemaSet(document, 'draft-07', root.get('components', 'schemas'));
  const model = readAsyncapi(root, schemas);
  checkSchemas(document, schemas);
  document.throwProblems();
  return { parsed, model, schemas, warnings: document.warnings };
}

/** As language servers number severities; the others are information and hints. */
const [errorLevel, warningLevel] = [0, 1];

async function parse(document: ContractDocument): Promise<AsyncAPIDocumentInterface> {
  const { document: parsed, diagnostics } = await new Parser().parse(document.text);
  for (const { code, message, path, severity } of diagnostics) {
    // 3.0.0 is meant: for WebSocket nothing differs in 3.1, which several tools read as an empty document.
    if (code === 'asyncapi-latest-version') continue;
    // Only says that another error stands beside it.
    if (/must match "(then|else)" schema$/.test(message)) continue;
    // What a reference leads to is found wrong in each place that has the reference.
    const pointer = document.origin(joinPointer('', ...path));
    const what = message.replace(/\.$|, stack: .*/s, '');
    const isSchema = String(code).startsWith('asyncapi-document-');
    const fix = isSchema
      ? 'change it to what AsyncAPI 3.0.0 allows there'
      : `see the rule ${code} of AsyncAPI's parser`;
    const level: number = severity;
    if (level === errorLevel) document.report(pointer, what, fix);
    else if (level === warningLevel) document.warn(pointer, what, fix);
  }
  document.throwProblems();
  if (parsed === undefined) throw new TypeError(`The parser finds nothing in ${document.file}.`);
  return parsed;
}
