import type { ContractDocument } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, setAt } from '../contract/json-pointer.ts';
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
  return withoutUnusableSecurity(document.transform(value, new Map()));
}

/** The types of security schemes that no handshake carries. */
const unusable = /^(plain|scramSha256|scramSha512|gssapi|X509|symmetricEncryption|asymmetricEncryption)$/;

/** A client of somebody else's server sends no credentials that it cannot send; a server that ignored them would be open. */
function withoutUnusableSecurity(document: ContractDocument): ContractDocument {
  const root = new ContractNode(document);
  const owners = ['servers', 'operations'].flatMap((key) => root.get(key)?.items ?? []);
  const affected = owners.filter((owner) => {
    const schemes = owner.get('security')?.items ?? [];
    return schemes.length > 0 && schemes.every((scheme) => unusable.test(scheme.text('type')));
  });
  if (affected.length === 0) return document;
  const value = structuredClone(document.value);
  for (const owner of affected) {
    const what = 'no WebSocket handshake carries these credentials, so the client sends none';
    owner.warnAt('security', what, 'send them in a message, if the server expects that');
    setAt(value, joinPointer(owner.pointer, 'security'), []);
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
