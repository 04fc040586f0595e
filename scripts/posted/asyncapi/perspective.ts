import type { ContractDocument } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';

/** Whose operations a document describes: in AsyncAPI, `send` is what the described application sends. */
export const perspectives = ['server', 'client'] as const;
export type Perspective = (typeof perspectives)[number];

const extension = 'x-perspective';

/** Ways to say that a document is about a client. Nearly every document of a server mentions its clients. */
const describesClient =
  /\b(describes?|documents?|specifies)\s+(the|a|an|our|this)\s+([\w-]+\s+){0,3}client\b|\bclient('s|-side)?\s+(application|library|perspective|point of view|sdk|view)\b|\b(perspective|point of view|view)\s+of\s+(the|a|our)\s+client\b/i;

/**
 * The document of the server. One that describes a client of it has its operations turned around. Without `given` and
 * `x-perspective`, a document counts as that of a server; one that seems to describe a client gets a warning.
 *
 * @param given takes precedence over `x-perspective`
 */
export function documentOfServer(
  document: ContractDocument,
  given: Perspective | undefined,
): ContractDocument {
  const root = new ContractNode(document);
  const perspective = given ?? readPerspective(root);
  if (perspective === null) warnOfClient(root);
  return perspective === 'client' ? turnedAround(document, root) : document;
}

/** Null if the document does not say it. */
function readPerspective(root: ContractNode): Perspective | null {
  const value = root.get(extension)?.value;
  if (value === undefined) return null;
  const perspective = perspectives.find((each) => each === value);
  if (perspective === undefined) {
    root.reportAt(
      extension,
      `\`${extension}\` cannot be ${JSON.stringify(value)}`,
      'write `server` or `client`',
    );
  }
  return perspective ?? null;
}

function warnOfClient(root: ContractNode): void {
  const info = root.get('info');
  const fields = [
    ['title', /\bclient\b/i],
    ['description', describesClient],
  ] as const;
  const found = fields.find(([name, pattern]) => pattern.test(info?.text(name) ?? ''));
  if (found === undefined) return;
  info?.warnAt(
    found[0],
    'this may be the document of a client, but its operations are read as those of a server',
    `set \`${extension}\` at the top of the document to \`client\` if its application is a client, or else to \`server\``,
  );
}

const opposite: Readonly<Record<string, string>> = { send: 'receive', receive: 'send' };

function turnedAround(document: ContractDocument, root: ContractNode): ContractDocument {
  const { [extension]: _perspective, ...value } = Object(document.value);
  if ('operations' in value) value.operations = turnEach(value.operations);
  if (root.get('components', 'operations') !== undefined) {
    value.components = { ...value.components, operations: turnEach(value.components.operations) };
  }
  return document.transform(value, new Map());
}

function turnEach(operations: unknown): unknown {
  if (!isSchemaObject(operations)) return operations;
  return Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, turn(operation)]));
}

function turn(operation: unknown): unknown {
  if (!isSchemaObject(operation)) return operation;
  const action = opposite[String(operation.action)];
  return action === undefined ? operation : { ...operation, action };
}
